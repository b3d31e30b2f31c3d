//! What fingers type that know other programs, and the words of mkdeb for it.

use clap::error::ContextKind;
use clap::error::ContextValue;
use clap::error::ErrorKind;

use crate::config::schema;
use crate::types::spelling;

/// dpkg-deb's options in both spellings, and what does the same here.
const HABITS: [([&str; 2], &str); 7] = [
    (["-b", "--build"], "`mkdeb pack TREE` builds without it"),
    (["-I", "--info"], "`mkdeb inspect FILE` tells it without an option"),
    (["-c", "--contents"], "`mkdeb inspect FILE --files` lists the files"),
    (["-f", "--field"], "`mkdeb inspect FILE --control` prints the fields"),
    (["-e", "--control"], "`mkdeb inspect FILE --control` and `--scripts` print the control files"),
    (["-x", "--extract"], "`mkdeb inspect FILE --extract DIR` unpacks"),
    (["-X", "--vextract"], "`mkdeb inspect FILE --extract DIR -v` unpacks and lists"),
];

/// Puts mkdeb's way in the place of clap's guess, where an option was not understood.
pub(super) fn answered(mut error: clap::Error) -> clap::Error {
    let given = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(given)) if error.kind() == ErrorKind::UnknownArgument => given.clone(),
        _ => return error,
    };
    let guess = match error.get(ContextKind::SuggestedArg) {
        Some(ContextValue::String(guess)) => guess.clone(),
        _ => String::new(),
    };
    let habit = HABITS.iter().find(|(names, _)| names.contains(&&*given)).map(|(_, tip)| (*tip).to_owned());
    let is_near = spelling::nearest(&given, [&*guess]).is_some();
    if let Some(tip) = habit.or_else(|| (!is_near).then(|| key(&given)).flatten()) {
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    } else if is_near {
        return error;
    }
    // What clap finds alike may share no more than a syllable; its usage is for that one.
    if error.remove(ContextKind::SuggestedArg).is_some() {
        error.remove(ContextKind::Usage);
    }
    error
}

/// What other makers of packages have options for, and mkdeb keys of the manifest.
fn key(option: &str) -> Option<String> {
    let name = option.strip_prefix("--")?;
    let schema: serde_json::Value = serde_json::from_str(schema::TEXT).ok()?;
    let keys = schema.pointer("/properties/package/properties")?.as_object()?;
    let key = spelling::nearest(name, keys.keys().map(String::as_str))?;
    Some(format!("`{key}` is a key of the manifest; `mkdeb build --set package.{key}=…` overrides it"))
}
