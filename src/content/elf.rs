//! ELF headers: which machine a program or a library is for (`elf(5)`).

pub mod dynamic;

/// The machine of an ELF file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Machine {
    /// `e_machine`.
    pub machine: u16,
    /// 64-bit, or 32-bit.
    pub wide: bool,
    /// The least significant byte comes first.
    pub little: bool,
    flags: u32,
}

/// Reads the head of a file; `None` when it is no ELF file.
pub fn machine(head: &[u8]) -> Option<Machine> {
    let rest = head.strip_prefix(b"\x7fELF")?;
    let (wide, little) = (rest.first()? == &2, rest.get(1)? == &1);
    let number = |at: usize, length: usize| -> Option<u32> {
        let bytes = head.get(at..at + length)?;
        let join = |word: u32, byte: &u8| word << 8 | u32::from(*byte);
        Some(if little { bytes.iter().rev().fold(0, join) } else { bytes.iter().fold(0, join) })
    };
    let flags = number(if wide { 48 } else { 36 }, 4).unwrap_or(0);
    Some(Machine { machine: u16::try_from(number(18, 2)?).ok()?, wide, little, flags })
}

impl Machine {
    /// Debian's name for it, where Debian has one (`dpkg`'s `ostable`, `cputable`).
    pub fn debian(&self) -> Option<&'static str> {
        const ARM_SOFT_FLOAT: u32 = 0x200;
        Some(match (self.machine, self.wide, self.little) {
            (62, true, true) => "amd64",
            (62, false, true) => "x32",
            (3, false, true) => "i386",
            (183, true, true) => "arm64",
            (40, false, true) if self.flags & ARM_SOFT_FLOAT != 0 => "armel",
            (40, false, true) => "armhf",
            (243, true, true) => "riscv64",
            (21, true, true) => "ppc64el",
            (21, true, false) => "ppc64",
            (20, false, false) => "powerpc",
            (22, true, false) => "s390x",
            (258, true, true) => "loong64",
            (8, true, true) => "mips64el",
            (8, false, true) => "mipsel",
            (8, false, false) => "mips",
            (43, true, false) => "sparc64",
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(class: u8, data: u8, number: [u8; 2]) -> Vec<u8> {
        let mut head = vec![0; 64];
        head[..6].copy_from_slice(&[0x7f, b'E', b'L', b'F', class, data]);
        head[18..20].copy_from_slice(&number);
        head
    }

    #[test]
    fn machines_have_debian_names() {
        for (class, data, number, expect) in [
            (2, 1, [62, 0], Some("amd64")),
            (1, 1, [62, 0], Some("x32")),
            (1, 1, [3, 0], Some("i386")),
            (2, 1, [183, 0], Some("arm64")),
            (1, 1, [40, 0], Some("armhf")),
            (2, 1, [243, 0], Some("riscv64")),
            (2, 2, [0, 22], Some("s390x")),
            (2, 1, [247, 0], None),
        ] {
            assert_eq!(machine(&head(class, data, number)).expect("ELF").debian(), expect);
        }
        let mut soft = head(1, 1, [40, 0]);
        soft[37] = 2;
        assert_eq!(machine(&soft).expect("ELF").debian(), Some("armel"));
        assert_eq!(machine(b"#!/bin/sh"), None);
        assert_eq!(machine(b"\x7fELF"), None);
    }
}
