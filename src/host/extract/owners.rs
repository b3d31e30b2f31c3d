//! Whom unpacked files belong to: names go before numbers, as for tar and dpkg.

use std::collections::BTreeMap;
use std::fs;

use rustix::fs::Gid;
use rustix::fs::Uid;

use crate::archive::tar::owner::Owner;

/// The accounts of this machine, as `passwd(5)` and `group(5)` list them.
pub(super) struct Owners {
    users: BTreeMap<Vec<u8>, u32>,
    groups: BTreeMap<Vec<u8>, u32>,
}

impl Owners {
    pub(super) fn of_host() -> Self {
        let read = |path: &str| numbers(&fs::read(path).unwrap_or_default());
        Self { users: read("/etc/passwd"), groups: read("/etc/group") }
    }

    pub(super) fn of(&self, owner: &Owner) -> (Uid, Gid) {
        let number = |names: &BTreeMap<Vec<u8>, u32>, name: &[u8], number: u64| {
            let known = names.get(name).copied();
            // Beyond what there is, and for the number that means "leave it": nobody, as Linux does (`overflowuid`).
            known.unwrap_or_else(|| u32::try_from(number).ok().filter(|id| *id != u32::MAX).unwrap_or(65534))
        };
        let user = Uid::from_raw(number(&self.users, &owner.user, owner.uid));
        (user, Gid::from_raw(number(&self.groups, &owner.group, owner.gid)))
    }
}

/// Names and numbers of `name:password:number:…` lines.
fn numbers(text: &[u8]) -> BTreeMap<Vec<u8>, u32> {
    let line = |line: &[u8]| {
        let mut fields = line.split(|byte| *byte == b':');
        let (name, number) = (fields.next()?, fields.nth(1)?);
        Some((name.to_vec(), std::str::from_utf8(number).ok()?.parse().ok()?))
    };
    text.split(|byte| *byte == b'\n').filter_map(line).filter(|(name, _)| !name.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_before_numbers() {
        let numbers = numbers(b"root:x:0:0::/:/bin/sh\nwww:x:33:33\n:x:9:\nodd\n");
        let owners = Owners { users: numbers.clone(), groups: numbers };
        let of = |name: &[u8], uid| {
            let owner = Owner { uid, gid: uid, user: name.to_vec(), group: name.to_vec() };
            owners.of(&owner).0.as_raw()
        };
        assert_eq!((of(b"www", 4242), of(b"nobody-here", 4242), of(b"", 7)), (33, 4242, 7));
        assert_eq!((of(b"", u64::MAX), of(b"", u64::from(u32::MAX))), (65534, 65534));
    }
}
