//! The maintainer scripts of a package (Policy 6).

/// Scripts, each as the whole text of a file; absent ones are not shipped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scripts {
    /// Runs before the new files are unpacked.
    pub preinst: Option<String>,
    /// Runs when the package is configured.
    pub postinst: Option<String>,
    /// Runs before files are removed or replaced.
    pub prerm: Option<String>,
    /// Runs after files were removed or replaced.
    pub postrm: Option<String>,
}

impl Scripts {
    /// What a script may be called, debconf's `config` included, in the order in which they run.
    pub const NAMES: [&str; 5] = ["config", "preinst", "postinst", "prerm", "postrm"];

    /// Name and text of each script that exists, in byte order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let named = [
            ("postinst", &self.postinst),
            ("postrm", &self.postrm),
            ("preinst", &self.preinst),
            ("prerm", &self.prerm),
        ];
        named.into_iter().filter_map(|(name, text)| text.as_deref().map(|text| (name, text)))
    }
}
