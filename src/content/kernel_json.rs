//! `kernel.json`: how Jupyter starts a kernel. Its first argument is an interpreter.

use serde_json::Value;

/// The interpreter that the kernel is started with.
pub fn interpreter(text: &[u8]) -> Option<String> {
    let kernel: Value = serde_json::from_slice(text).ok()?;
    Some(kernel.get("argv")?.get(0)?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_argument_is_the_interpreter() {
        assert_eq!(interpreter(br#"{"argv":["/b/bin/python","-m","x"]}"#).as_deref(), Some("/b/bin/python"));
        assert_eq!(interpreter(b"{}"), None);
    }
}
