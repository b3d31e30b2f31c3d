//! What machine code asks of the loader: libraries, and symbols with their versions (elf(5), ld.so(8)).

use std::io::Read;
use std::io::Seek;

use object::Endianness;
use object::elf;
use object::read::ReadCache;
use object::read::ReadRef;
use object::read::StringTable;
use object::read::elf::Dyn;
use object::read::elf::FileHeader;
use object::read::elf::ProgramHeader;
use object::read::elf::Sym;

/// The most bytes of names that are read of one file.
const MOST_NAMES: u64 = 256 << 20;

/// A program or library that is linked dynamically.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dynamic {
    /// The name that others need it by.
    pub soname: Option<String>,
    /// The libraries that it needs, by their names.
    pub needed: Vec<String>,
    /// Where those are looked for first, as it is written: `$ORIGIN/../lib`.
    pub search: Vec<String>,
    /// The symbols that others have to define.
    pub undefined: Vec<Symbol>,
}

/// A symbol that another file has to define.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Symbol {
    /// Its name.
    pub name: String,
    /// The version of it that was linked with, and the library that has to define it.
    pub version: Option<(String, String)>,
}

/// Reads what a file asks for. None where it is no such file, asks for nothing, or is damaged: a loader would not
/// take it either.
pub fn dynamic(file: impl Read + Seek) -> Option<Dynamic> {
    let cache = ReadCache::new(file);
    let data = &cache;
    let class = data.read_bytes_at(4, 1).ok()?.first().copied()?;
    match class {
        elf::ELFCLASS64 => parse::<elf::FileHeader64<Endianness>, _>(data),
        elf::ELFCLASS32 => parse::<elf::FileHeader32<Endianness>, _>(data),
        _ => None,
    }
}

fn parse<'d, F: FileHeader<Endian = Endianness>, R: ReadRef<'d>>(data: R) -> Option<Dynamic> {
    let header = F::parse(data).ok()?;
    let endian = header.endian().ok()?;
    // By the segments, as the loader does: sections may have been stripped.
    let segments = header.program_headers(endian, data).ok()?;
    let entries = segments.iter().find_map(|segment| segment.dynamic(endian, data).ok().flatten())?;
    let value = |tag| {
        let entry = entries.iter().find(|entry| entry.d_tag(endian).into() == tag);
        entry.map(|entry| entry.d_val(endian).into())
    };
    let (address, size) = (value(elf::DT_STRTAB)?, value(elf::DT_STRSZ)?);
    let offset = segments.iter().find_map(|segment| {
        let (start, length) = (segment.p_vaddr(endian).into(), segment.p_filesz(endian).into());
        let is_in = segment.p_type(endian) == elf::PT_LOAD && address >= start && address - start < length;
        is_in.then(|| segment.p_offset(endian).into().checked_add(address - start)).flatten()
    })?;
    let names = data.read_bytes_at(offset, size.min(MOST_NAMES)).ok()?;
    let text = |at: u64| {
        let rest = names.get(usize::try_from(at).ok()?..)?;
        let end = rest.iter().position(|byte| *byte == 0)?;
        Some(String::from_utf8_lossy(&rest[..end]).into_owned())
    };
    let mut found = Dynamic::default();
    for entry in entries {
        let Some(text) = text(entry.d_val(endian).into()) else { continue };
        match entry.d_tag(endian).into() {
            elf::DT_NEEDED => found.needed.push(text),
            elf::DT_SONAME => found.soname = Some(text),
            elf::DT_RPATH | elf::DT_RUNPATH => {
                found.search.extend(text.split(':').map(str::to_owned));
            }
            _ => {}
        }
    }
    found.undefined = undefined::<F, R>(header, (endian, data), names).unwrap_or_default();
    Some(found)
}

/// Undefined symbols, by the sections: dpkg-shlibdeps goes by them too. None where there are no sections.
fn undefined<'d, F: FileHeader<Endian = Endianness>, R: ReadRef<'d>>(
    header: &F,
    (endian, data): (Endianness, R),
    names: &'d [u8],
) -> Option<Vec<Symbol>> {
    let sections = header.sections(endian, data).ok()?;
    let symbols = sections.symbols(endian, data, elf::SHT_DYNSYM).ok()?;
    let versions = sections.versions(endian, data).ok().flatten().unwrap_or_default();
    let strings = StringTable::new(names, 0, names.len() as u64);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut found = Vec::new();
    for (index, symbol) in symbols.enumerate() {
        if !symbol.is_undefined(endian) {
            continue;
        }
        let Ok(name) = symbol.name(endian, strings) else { continue };
        if !name.is_empty() {
            let version = versions.version(versions.version_index(endian, index)).ok().flatten();
            let version = version.and_then(|version| Some((text(version.name()), text(version.file()?))));
            found.push(Symbol { name: text(name), version });
        }
    }
    Some(found)
}
