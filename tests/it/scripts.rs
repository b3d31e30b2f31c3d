//! The rendered scripts as text.
