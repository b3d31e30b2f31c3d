//! Whom unpacked files belong to: names go before numbers, as for tar and dpkg.

use std::collections::BTreeMap;

use nix::unistd::Group;
use nix::unistd::User;
use rustix::fs::Gid;
use rustix::fs::Uid;

use crate::archive::tar::owner::Owner;

/// Who stands for a number that there cannot be: nobody, as for Linux (`overflowuid`, proc(5)).
const NOBODY: u32 = 65534;

/// The accounts of this machine, as far as they were asked for.
#[derive(Default)]
pub(super) struct Owners {
    users: BTreeMap<Vec<u8>, Option<u32>>,
    groups: BTreeMap<Vec<u8>, Option<u32>>,
}

impl Owners {
    pub(super) fn of(&mut self, owner: &Owner) -> (Uid, Gid) {
        let user = |name: &str| User::from_name(name).ok().flatten().map(|user| user.uid.as_raw());
        let group = |name: &str| Group::from_name(name).ok().flatten().map(|group| group.gid.as_raw());
        let user = known(&mut self.users, &owner.user, user).unwrap_or_else(|| number(owner.uid));
        let group = known(&mut self.groups, &owner.group, group).unwrap_or_else(|| number(owner.gid));
        (Uid::from_raw(user), Gid::from_raw(group))
    }
}

/// The number of a name, which the machine is asked for once.
fn known(
    seen: &mut BTreeMap<Vec<u8>, Option<u32>>,
    name: &[u8],
    ask: impl FnOnce(&str) -> Option<u32>,
) -> Option<u32> {
    let text = std::str::from_utf8(name).ok().filter(|name| !name.is_empty() && !name.contains('\0'))?;
    *seen.entry(name.to_vec()).or_insert_with(|| ask(text))
}

/// The last number means "leave it as it is" (chown(2)).
fn number(number: u64) -> u32 {
    u32::try_from(number).ok().filter(|number| *number != u32::MAX).unwrap_or(NOBODY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_before_numbers() {
        let mut owners = Owners::default();
        let mut of = |name: &[u8], uid| {
            let owner = Owner { uid, gid: uid, user: name.to_vec(), group: name.to_vec() };
            let (user, group) = owners.of(&owner);
            (user.as_raw(), group.as_raw())
        };
        assert_eq!(of(b"root", 4242), (0, 0));
        assert_eq!(
            (of(b"nobody-is-called-so", 4242), of(b"", 7), of(b"\xff", 8)),
            ((4242, 4242), (7, 7), (8, 8))
        );
        assert_eq!((of(b"", u64::MAX), of(b"", u64::from(u32::MAX))), ((NOBODY, NOBODY), (NOBODY, NOBODY)));
    }
}
