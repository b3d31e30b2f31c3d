//! Facts and changes of file bodies: pure functions on bytes, one file per format.
//!
//! Knows shebangs, the quotes of shells, `pyvenv.cfg`, activators, `.pth`, `RECORD`, bytecode and ELF headers.
//! Refuses to know packages and paths on disk.

pub mod activator;
pub mod bytecode;
pub mod credentials;
pub mod direct_url;
pub mod elf;
pub mod entry_points;
pub mod kernel_json;
pub mod lock;
pub mod prefix;
pub mod procfile;
pub mod pth;
pub mod pyproject;
pub mod python;
pub mod pyvenv_cfg;
pub mod record;
pub mod relocation;
pub mod shared_library;
pub mod shebang;
pub mod shell;
pub mod unit_file;
pub mod wheel;
