//! What a command failed with: one error with its causes, what would help, and where.

use std::error::Error;

use crate::config::error::Place;
use crate::config::error::Subject;

/// A failure on its way to the user. The errors of all modules meet here and nowhere below.
#[derive(Debug)]
pub struct Failure {
    /// What failed; its `source()` chain says why.
    pub error: Box<dyn Error + Send + Sync>,
    /// What would help.
    pub hint: Option<String>,
    /// The value of the manifest that it is about.
    pub subject: Option<Subject>,
    /// Where the manifest asks for what failed.
    pub place: Option<Box<Place>>,
    /// The signal that interrupted the work.
    pub signal: Option<usize>,
    /// What is left of the work; nothing is, where it does not say.
    pub left: Option<String>,
}

impl Failure {
    /// A failure with what would help. A full disk is one whoever finds it.
    pub fn new(error: impl Error + Send + Sync + 'static, hint: Option<String>) -> Self {
        let hint = hint.or_else(|| is_disk_full(&error).then(|| crate::host::FULL.to_owned()));
        Self { error: Box::new(error), hint, subject: None, place: None, signal: None, left: None }
    }

    /// What failed and each cause, outermost first.
    pub fn chain(&self) -> Vec<String> {
        let mut texts = vec![self.error.to_string()];
        let mut source = self.error.source();
        while let Some(error) = source {
            texts.push(error.to_string());
            source = error.source();
        }
        texts.dedup();
        texts
    }
}

fn is_disk_full(error: &(dyn Error + 'static)) -> bool {
    let full = |error: &std::io::Error| error.kind() == std::io::ErrorKind::StorageFull;
    error.downcast_ref().is_some_and(full) || error.source().is_some_and(is_disk_full)
}

impl From<crate::host::Error> for Failure {
    fn from(error: crate::host::Error) -> Self {
        let hint = error.hint();
        Self::new(error, hint)
    }
}

impl From<crate::host::input::Error> for Failure {
    fn from(error: crate::host::input::Error) -> Self {
        let (hint, subject) = (error.hint(), error.subject().map(Subject::from));
        Self { subject, ..Self::new(error, hint) }
    }
}

impl From<crate::config::error::Error> for Failure {
    fn from(error: crate::config::error::Error) -> Self {
        let (hint, place) = (error.hint(), error.place().cloned());
        Self { place: place.map(Box::new), ..Self::new(error, hint) }
    }
}

impl From<crate::deb::write::Error> for Failure {
    fn from(error: crate::deb::write::Error) -> Self {
        let hint = error.hint();
        Self::new(error, hint)
    }
}

impl From<crate::deb::verify::Mismatch> for Failure {
    fn from(error: crate::deb::verify::Mismatch) -> Self {
        let hint = error.hint();
        Self::new(error, Some(hint))
    }
}

impl From<crate::content::lock::Error> for Failure {
    fn from(error: crate::content::lock::Error) -> Self {
        let hint = error.hint();
        Self::new(error, hint)
    }
}

impl From<crate::plan::Error> for Failure {
    fn from(error: crate::plan::Error) -> Self {
        let (hint, subject) = (error.hint(), error.subject());
        Self { subject, ..Self::new(error, hint) }
    }
}

impl From<crate::template::Error> for Failure {
    fn from(error: crate::template::Error) -> Self {
        let hint = error.hint();
        Self::new(error, hint)
    }
}
