//! The protocols of a signed apt repository, over whatever keeps its files.
//!
//! The repository itself is the only state. What hosts trust is `InRelease`, which is written last; all that it
//! leads to is created once and never changed. Publishers agree by a journal of commits, each created once too:
//! who is late does its change again on what the others left. Knows nothing of disks, networks and clocks.

pub mod apps;
pub mod blocks;
pub mod commit;
pub mod contents;
pub mod draft;
pub mod edit;
pub mod error;
pub mod founding;
pub mod gc;
pub mod index;
pub mod layout;
pub mod moving;
pub mod page;
pub mod publish;
pub mod release;
pub mod session;
pub mod settings;
pub mod settle;
pub mod store;
pub mod verify;
pub mod view;

#[cfg(test)]
mod tests;
