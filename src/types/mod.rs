//! The words of the domain, each a type that owns its rules.
//!
//! Knows Policy's and dpkg's syntax for names, versions, paths and relations. Refuses to know files,
//! archives, manifests or Python. Every value here is valid from birth: the fields are private, the only
//! way in is `FromStr` or a checked constructor.

pub mod apt_source;
pub mod arch;
pub mod bytes;
pub mod date;
pub mod digest;
pub mod mode;
pub mod name;
pub mod path;
pub mod percent;
pub mod plain;
pub mod plural;
pub mod relation;
pub mod repo_location;
pub mod size;
pub mod source_id;
pub mod spelling;
pub mod version;
