//! Of the protocols.
