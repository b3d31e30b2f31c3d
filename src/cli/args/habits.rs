//! What fingers that know dpkg-deb type, and the words of mkdeb for it.

use clap::error::ContextKind;
use clap::error::ContextValue;
use clap::error::ErrorKind;

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

/// Puts mkdeb's way in the place of clap's guess, where an option of dpkg-deb was not understood.
pub(super) fn answered(mut error: clap::Error) -> clap::Error {
    let given = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(given)) if error.kind() == ErrorKind::UnknownArgument => given.as_str(),
        _ => return error,
    };
    if let Some((_, tip)) = HABITS.iter().find(|(names, _)| names.contains(&given)) {
        error.remove(ContextKind::SuggestedArg);
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![(*tip).into()]));
    }
    error
}
