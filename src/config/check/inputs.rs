//! `[app]`, `[venv]`, `[layout]`, `[compression]` and `[build]`.

use toml::Spanned;

use crate::archive::compress::Compression;
use crate::archive::compress::Format;
use crate::config::check::scope::Scope;
use crate::config::check::words;
use crate::config::error::Fault;
use crate::config::problem::Problem;
use crate::config::raw::Text;
use crate::config::raw::inputs;
use crate::config::raw::value::Value;
use crate::config::recipe::AppRecipe;
use crate::config::recipe::AppSource;
use crate::config::recipe::Bytecode;
use crate::config::recipe::DropProfile;
use crate::config::recipe::Layout;
use crate::config::recipe::Suite;
use crate::config::recipe::VenvRecipe;
use crate::types::name::PackageName;
use crate::types::path::InstallPath;

/// The application.
pub(in crate::config) fn app(raw: Option<Spanned<inputs::App>>) -> Result<AppRecipe, Fault> {
    let (scope, raw) = match raw {
        Some(raw) => Scope::open("[app]", raw),
        None => (Scope::anywhere("[app]"), inputs::App::default()),
    };
    let source = app_source(&scope, &raw)?;
    for glob in &raw.exclude {
        globset::Glob::new(scope.filled("exclude", glob)?).map_err(|error| {
            let reason = format_args!("`{}` is not a glob: {}", glob.get_ref(), error.kind());
            scope.invalid("exclude", glob.span(), reason)
        })?;
    }
    let paths = raw.python_path.iter().map(|path| scope.below("python-path", path));
    Ok(AppRecipe {
        source,
        strip_components: strip_components(&scope, raw.strip_components.as_ref())?,
        python_path: paths.collect::<Result<_, _>>()?,
        exclude: raw.exclude.into_iter().map(Spanned::into_inner).collect(),
    })
}

fn app_source(scope: &Scope, raw: &inputs::App) -> Result<AppSource, Fault> {
    let submodules = raw.submodules.as_ref();
    match (&raw.tarball, &raw.git) {
        (Some(_), Some(git)) => Err(scope.exclusive("git", git.span(), "tarball")),
        (None, Some(git)) => Ok(AppSource::Git {
            reference: scope.filled("git", git)?.trim().to_owned(),
            with_submodules: submodules.is_some_and(|flag| *flag.get_ref()),
        }),
        (tarball, None) => {
            let tarball = scope.require("tarball", "tarball = \"dist/app.tar.gz\"", tarball.as_ref())?;
            scope.no_effect("tarball", &[("submodules", submodules.map(Spanned::span))])?;
            scope.source("tarball", tarball).map(AppSource::Path)
        }
    }
}

fn strip_components(scope: &Scope, value: Option<&Spanned<Value>>) -> Result<Option<usize>, Fault> {
    const KEY: &str = "strip-components";
    let Some(value) = value else { return Ok(None) };
    match value.get_ref() {
        Value::Number(count) => {
            let count = words::in_range(scope, KEY, &Spanned::new(value.span(), *count), (0, 100))?;
            Ok(usize::try_from(count).ok())
        }
        Value::Text(text) if text == "auto" => Ok(None),
        other => Err(words::wrong_type(scope, KEY, value.span(), "`\"auto\"` or a number", other)),
    }
}

/// The virtualenv.
pub(in crate::config) fn venv(raw: Spanned<inputs::Venv>, layout: Layout) -> Result<VenvRecipe, Fault> {
    let (scope, raw) = Scope::open("[venv]", raw);
    if layout == Layout::Single {
        let span = |text: &Option<Text>| text.as_ref().map(Spanned::span);
        let keys = [("namespace", span(&raw.namespace)), ("prefix", span(&raw.prefix))];
        scope.no_effect("kind = \"single\"", &keys)?;
    }
    let source = scope.require("path", "path = \"build/venv\"", raw.path.as_ref())?;
    let words = [
        ("auto", Bytecode::Auto),
        ("keep", Bytecode::Keep),
        ("strip", Bytecode::Strip),
        ("compile", Bytecode::Compile),
    ];
    let bytecode =
        raw.bytecode.as_ref().map(|text| scope.word("bytecode", text, "a way to treat bytecode", &words));
    let profiles = [("pip", DropProfile::Pip), ("activate", DropProfile::Activate)];
    let mut drop = Vec::new();
    for text in &raw.drop {
        let profile = scope.word("drop", text, "a drop profile", &profiles)?;
        if drop.contains(&profile) {
            let (key, value) = (scope.key("drop"), text.get_ref().clone());
            return Err(Fault::at(text.span(), Problem::Twice { key, value }));
        }
        drop.push(profile);
    }
    Ok(VenvRecipe {
        source: scope.source("path", source)?,
        requirements: raw.requirements.as_ref().map(|text| scope.source("requirements", text)).transpose()?,
        python: raw.python.as_ref().map(|text| python(&scope, text)).transpose()?,
        bytecode: bytecode.transpose()?.unwrap_or(Bytecode::Auto),
        drop,
        namespace: scope.parse_some("namespace", raw.namespace.as_ref())?,
        prefix: raw.prefix.as_ref().map(|text| plain_prefix(&scope, text)).transpose()?,
    })
}

/// The interpreter stands behind `#!`, where a blank would end it.
fn python(scope: &Scope, text: &Text) -> Result<InstallPath, Fault> {
    let path: InstallPath = scope.parse("python", text)?;
    if !is_plain(path.as_str()) || path == InstallPath::root() {
        let reason = format_args!("`{path}` cannot follow `#!` in a script");
        return Err(scope.invalid_but("python", text.span(), reason, "write it like `/usr/bin/python3.11`"));
    }
    Ok(path)
}

fn is_plain(path: &str) -> bool {
    path.bytes().all(|b| b.is_ascii_alphanumeric() || b"/._+~-".contains(&b))
}

/// How many releases a host keeps beside the current one, where the manifest does not say.
const KEEP: u32 = 2;

/// The layout. Without a virtualenv there is nothing to split.
pub(in crate::config) fn layout(raw: &inputs::Layout, has_venv: bool) -> Result<Layout, Fault> {
    let scope = Scope::anywhere("[layout]");
    let words = [("single", Layout::Single), ("split", Layout::Split { keep: KEEP })];
    let Some(kind) = &raw.kind else {
        scope.no_effect("kind = \"single\"", &[("keep", raw.keep.as_ref().map(Spanned::span))])?;
        return Ok(Layout::Single);
    };
    match scope.word("kind", kind, "a layout", &words)? {
        Layout::Single => {
            scope.no_effect("kind = \"single\"", &[("keep", raw.keep.as_ref().map(Spanned::span))])?;
            Ok(Layout::Single)
        }
        Layout::Split { .. } if !has_venv => {
            let reason = "`split` needs a `[venv]`, which is what it splits off";
            Err(scope.invalid_but("kind", kind.span(), reason, "leave it out, or add the virtualenv"))
        }
        Layout::Split { keep } => {
            let stated = raw.keep.as_ref();
            let stated =
                stated.map(|number| words::in_range(&scope, "keep", number, (0, 100))).transpose()?;
            Ok(Layout::Split { keep: stated.unwrap_or(keep) })
        }
    }
}

/// The prefix; `/opt/NAME` by default.
pub(in crate::config) fn prefix(raw: inputs::Layout, name: &PackageName) -> Result<InstallPath, Fault> {
    let text = raw.prefix.unwrap_or_else(|| Spanned::new(0..0, format!("/opt/{name}")));
    plain_prefix(&Scope::anywhere("[layout]"), &text)
}

/// A directory of the package's own.
fn plain_prefix(scope: &Scope, text: &Text) -> Result<InstallPath, Fault> {
    let path: InstallPath = scope.parse("prefix", text)?;
    let fail = |reason: &str| {
        let reason = format_args!("`{path}` {reason}");
        Err(scope.invalid_but("prefix", text.span(), reason, "write it like `/opt/orders`"))
    };
    if !is_plain(path.as_str()) {
        return fail("has characters other than letters, digits and `/ . _ + ~ -`");
    }
    if path.as_str().matches('/').count() < 2 {
        return fail("needs at least two directories, as in `/opt/orders`");
    }
    if is_system(path.as_str()) { fail("belongs to the system") } else { Ok(path) }
}

/// Whether a directory is the system's, the administrator's or a user's (Filesystem Hierarchy Standard).
///
/// Below `/usr/lib`, `/usr/share` and `/var/lib` a package may have a directory of its own.
fn is_system(path: &str) -> bool {
    const SHARED: [&str; 3] = ["/usr/lib/", "/usr/share/", "/var/lib/"];
    const TOP: [&str; 20] = [
        "bin",
        "boot",
        "dev",
        "etc",
        "home",
        "lib",
        "lib32",
        "lib64",
        "libx32",
        "lost+found",
        "media",
        "mnt",
        "proc",
        "root",
        "run",
        "sbin",
        "sys",
        "tmp",
        "usr",
        "var",
    ];
    let top = path.split('/').nth(1).unwrap_or_default();
    TOP.contains(&top) && !SHARED.iter().any(|shared| path.starts_with(shared))
}

/// The oldest suite that has to install the package, where the manifest says.
pub(in crate::config) fn target(raw: &inputs::Build) -> Result<Option<Suite>, Fault> {
    let scope = Scope::anywhere("[build]");
    let target =
        raw.target.as_ref().map(|text| scope.word("target", text, "a suite that mkdeb knows", &Suite::ALL));
    target.transpose()
}

/// The format and its level, as far as the target can read them.
pub(in crate::config) fn compression(
    raw: Spanned<inputs::Compression>,
    target: Option<Suite>,
) -> Result<Compression, Fault> {
    const FORMATS: [(&str, Format); 4] =
        [("zstd", Format::Zstd), ("xz", Format::Xz), ("gzip", Format::Gzip), ("none", Format::None)];
    let (scope, raw) = Scope::open("[compression]", raw);
    let reads_zstd = target.is_none_or(Suite::reads_zstd);
    let format = match &raw.format {
        Some(text) => scope.word("format", text, "a format", &FORMATS)?,
        None if reads_zstd => Format::Zstd,
        None => Format::Xz,
    };
    if let (Format::Zstd, false, Some(text)) = (format, reads_zstd, &raw.format) {
        let reason = "the target's dpkg does not read zstd";
        return Err(scope.invalid_but("format", text.span(), reason, "use `xz`, or a later `target`"));
    }
    let range = match format {
        Format::Zstd => (1, 22),
        Format::Xz => (0, 9),
        Format::Gzip => (1, 9),
        Format::None => {
            scope.no_effect("format = \"none\"", &[("level", raw.level.as_ref().map(Spanned::span))])?;
            (0, 0)
        }
    };
    let default = Compression::of(format);
    let level = raw.level.map(|level| words::in_range(&scope, "level", &level, range)).transpose()?;
    Ok(Compression { level: level.unwrap_or(default.level), ..default })
}
