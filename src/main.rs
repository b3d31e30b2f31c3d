//! The process: nothing but its beginning and its end.
fn main() {}
