//! `mkdeb build`: look at the inputs, plan, write, read back what was written, and only then let it appear.

use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use crate::archive::ar;
use crate::archive::compress::Compression;
use crate::archive::compress::Format;
use crate::archive::compress::encode::Resources;
use crate::command::adoption::Search;
use crate::command::app_source;
use crate::command::dated;
use crate::command::failure::Failure;
use crate::command::inspect;
use crate::command::inspect::page::Looking;
use crate::command::inspect::page::Replay;
use crate::command::judging;
use crate::command::leaks;
use crate::command::leaks::Needle;
use crate::command::manifest;
use crate::command::manifest::Found;
use crate::command::manifest::Selection;
use crate::command::overrides;
use crate::command::requirements;
use crate::command::target::Target;
use crate::command::writing::Writing;
use crate::command::writing::Written;
use crate::config::recipe::Layout;
use crate::config::recipe::Recipe;
use crate::deb::image::Image;
use crate::deb::verify::Witness;
use crate::deb::write;
use crate::deb::write::Options;
use crate::host::Error as HostError;
use crate::host::env::Env;
use crate::host::input::Inputs;
use crate::host::input::Scan;
use crate::host::input::budget::Budget;
use crate::host::output::AtomicFile;
use crate::host::watch::Watch;
use crate::lint::Finding;
use crate::lint::facts::Collector;
use crate::lint::facts::Digests;
use crate::package::Package;
use crate::package::blob::Contents;
use crate::page;
use crate::page::Subject;
use crate::plan;
use crate::plan::Note;
use crate::plan::Plan;
use crate::plan::Weight;
use crate::source::Sources;
use crate::source::published::PublishedVenv;
use crate::types::apt_source::AptSource;
use crate::types::size::Size;

/// What to build and how.
#[derive(Debug, Clone)]
pub struct BuildRequest {
    /// The manifest.
    pub selection: Selection,
    /// A directory, or a file ending in `.deb`; `dist` by default.
    pub output: Option<PathBuf>,
    /// Compression, before the manifest's.
    pub compression: Option<Compression>,
    /// Threads, where they are not all cores.
    pub threads: Option<usize>,
    /// Whether to compress at the lowest level.
    pub fast: bool,
    /// Whether warnings are errors.
    pub strict: bool,
    /// Whether to stop before writing.
    pub dry_run: bool,
    /// Where a page about the packages goes.
    pub report: Option<PathBuf>,
    /// Overriding templates.
    pub templates: Option<PathBuf>,
    /// How much the inputs may unpack to together.
    pub max_unpacked: Size,
    /// Where the package of the virtualenv may be already, besides the output directory.
    pub repositories: Vec<AptSource>,
}

/// What was built, or would have been.
#[derive(Debug)]
pub struct Outcome {
    /// The id of the release.
    pub release: String,
    /// How it was cut into packages.
    pub layout: Layout,
    /// The packages as planned.
    pub packages: Vec<Package>,
    /// The packages as written; none after a dry run.
    pub built: Option<Vec<BuiltPackage>>,
    /// What the user should know.
    pub notes: Vec<Note>,
    /// The package of the virtualenv, where it was there already and is not among the others.
    pub adopted: Option<Adopted>,
}

/// A package that was not made again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adopted {
    /// `Package`.
    pub package: String,
    /// Where it is: a path, or an address.
    pub place: String,
    /// Whether that is a path of this machine.
    pub is_local: bool,
}

/// A package on disk.
#[derive(Debug)]
pub struct BuiltPackage {
    /// Where.
    pub path: PathBuf,
    /// `Package`.
    pub name: String,
    /// `Version`.
    pub version: String,
    /// `Architecture`.
    pub architecture: String,
    /// The file's size in bytes.
    pub size: u64,
    /// `Installed-Size`, in KiB.
    pub installed_kib: u64,
    /// How many paths it installs.
    pub entries: usize,
}

/// Why nothing was built, besides what other modules say.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// `--strict`, and something to warn of.
    #[error("{}{first}", taken_for_errors(*count))]
    Strict {
        /// How many.
        count: usize,
        /// The first of them.
        first: String,
    },
    /// One file for several packages.
    #[error("the layout `split` makes three packages, which `{}` cannot hold", .0.display())]
    OneFile(PathBuf),
    /// Something else lies where a package goes.
    #[error("`{}` exists already, and is not a regular file", .0.display())]
    Special(PathBuf),
    /// A suite whose dpkg cannot read zstd.
    #[error("`{0}` cannot install packages compressed with zstd")]
    Zstd(&'static str),
}

fn taken_for_errors(warnings: usize) -> String {
    match warnings {
        1 => "1 warning, which `--strict` takes for an error: ".to_owned(),
        _ => format!("{warnings} warnings, which `--strict` takes for errors; the first: "),
    }
}

impl Error {
    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Strict { .. } => "fix them, or build without `--strict`".to_owned(),
            Self::OneFile(_) => "name a directory with `--output`".to_owned(),
            Self::Special(_) => "move it away, or write elsewhere".to_owned(),
            Self::Zstd(_) => "use `--compression xz`".to_owned(),
        })
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let hint = error.hint();
        Self::new(error, hint)
    }
}

/// Builds the packages of a manifest. Nothing appears unless everything could be written and read back.
pub fn build(request: &BuildRequest, env: &Env, watch: &Watch) -> Result<Outcome, Failure> {
    build_watched(request, env, watch).map_err(|failure| Failure { signal: watch.signal(), ..failure })
}

fn build_watched(request: &BuildRequest, env: &Env, watch: &Watch) -> Result<Outcome, Failure> {
    manifest::using(&request.selection, env, |found| build_found(found, (request, env), watch))
}

fn build_found(
    Found { recipe, base, .. }: &Found,
    (request, env): (&BuildRequest, &Env),
    watch: &Watch,
) -> Result<Outcome, Failure> {
    let target = Target::of(request.output.as_deref(), env)?;
    if let (Target::File(path), Layout::Split { .. }) = (&target, recipe.layout) {
        return Err(Error::OneFile(path.clone()).into());
    }
    let compression = compression(request, recipe)?;
    let threads = request.threads.unwrap_or(env.cores);

    let spool_directory = target.existing_ancestor(env);
    let budget = Budget::new(request.max_unpacked);
    let scan = Scan { base, spool: &spool_directory, budget, threads, watch };
    let machine = requirements::machine(recipe, env)?;
    let lock = requirements::lock(recipe, base, env)?;
    let app = app_source::app(&recipe.app.source, base, (env, watch))?;
    let output = target.directory().map(Path::to_owned);
    let search = Search { output, repositories: request.repositories.clone(), env: env.clone() };
    let mut known = Sources { lock, ..Sources::default() };
    known.published = search.published((recipe, &machine), &known, watch)?;
    let mut inputs = Inputs::read(recipe, (&app.name, &app.path), known, &scan)?;
    if inputs.sources.published.is_none() && inputs.sources.lock.is_none() {
        inputs.sources.published = search.published((recipe, &machine), &inputs.sources, watch)?;
    }
    // The times of a checkout are those of the clone: another job would build other bytes of the same commit.
    let newest = app.committed.unwrap_or_else(|| inputs.sources.newest(recipe.layout == Layout::Single));
    let date = dated::date(newest, env)?;
    let templates = overrides::templates(request.templates.as_deref(), env)?;
    let (recipe, inputs) = (Arc::new(recipe.clone()), Arc::new(inputs));
    let planned = {
        let (recipe, inputs) = (Arc::clone(&recipe), Arc::clone(&inputs));
        let request = move || {
            let (recipe, sources) = (&recipe, &inputs.sources);
            plan::plan(&plan::Request { recipe, sources, templates: &templates, date, machine: &machine })
        };
        watch.interruptible(request)
    };
    let mut plan = planned.map_err(|error| Failure::new(error, None))??;
    plan.notes.extend(app.remarks.iter().map(|remark| Note::warning(&app.name, (*remark).to_owned())));
    if request.templates.is_some() {
        overrides::check(&plan.packages)?;
    }
    check_strict(request, &plan.notes)?;
    let adopted = inputs.sources.published.as_ref().map(Adopted::from);
    if request.dry_run {
        return Ok(outcome(plan, (Vec::new(), None), adopted));
    }
    let needles = leaks::needles(&plan, &inputs.sources, base, env);
    let options = Options {
        compression,
        control_compression: compression,
        resources: Resources::new(threads, env.memory()),
        largest_member: ar::LARGEST,
        needles: needles.iter().map(|needle| needle.bytes.clone()).collect(),
        reads_back: true,
    };
    let job = Job { inputs: &inputs, recipe: &recipe, options, needles, request, watch };
    let (built, found) = job.write(&plan, &target, env)?;
    Ok(outcome(plan, (found, Some(built)), adopted))
}

impl From<&PublishedVenv> for Adopted {
    fn from(PublishedVenv { package, place, is_local, .. }: &PublishedVenv) -> Self {
        Self { package: package.clone(), place: place.clone(), is_local: *is_local }
    }
}

fn outcome(
    plan: Plan,
    (found, built): (Vec<Note>, Option<Vec<BuiltPackage>>),
    adopted: Option<Adopted>,
) -> Outcome {
    let notes = plan.notes.into_iter().chain(found).collect();
    let (release, layout) = (plan.release.to_string(), plan.layout);
    Outcome { release, layout, packages: plan.packages, built, notes, adopted }
}

/// The command line's compression, else the manifest's, else zstd where the target reads it.
fn compression(request: &BuildRequest, recipe: &Recipe) -> Result<Compression, Error> {
    let suite = recipe.target.filter(|suite| !suite.reads_zstd());
    let chosen = request.compression.or(recipe.compression);
    let format = if suite.is_some() { Format::Xz } else { Format::Zstd };
    let chosen = chosen.unwrap_or_else(|| Compression::of(format));
    match suite {
        Some(suite) if chosen.format == Format::Zstd => Err(Error::Zstd(suite.name())),
        _ if request.fast => Ok(fastest(chosen.format)),
        _ => Ok(chosen),
    }
}

/// The lowest level of a format: for trying things out.
fn fastest(format: Format) -> Compression {
    let level = if format == Format::Xz { 0 } else { 1 };
    Compression::with_level(format, level).unwrap_or_else(|_| Compression::of(format))
}

fn check_strict(request: &BuildRequest, notes: &[Note]) -> Result<(), Error> {
    let warnings: Vec<&Note> = notes.iter().filter(|note| note.weight == Weight::Warning).collect();
    match warnings.first() {
        Some(first) if request.strict => {
            let first = format!("{}: {}", first.subject, first.text);
            Err(Error::Strict { count: warnings.len(), first })
        }
        _ => Ok(()),
    }
}

/// What writing every package of a plan shares.
struct Job<'a> {
    inputs: &'a Inputs,
    recipe: &'a Recipe,
    options: Options,
    needles: Vec<Needle>,
    request: &'a BuildRequest,
    watch: &'a Watch,
}

impl Job<'_> {
    /// Writes and reads back every package; only then does the first appear, and the last appears last.
    fn write(
        &self,
        plan: &Plan,
        target: &Target,
        env: &Env,
    ) -> Result<(Vec<BuiltPackage>, Vec<Note>), Failure> {
        let mut paths = plan.packages.iter().map(|package| target.path(package));
        if let Some(path) = paths.find(|path| env.is_special(path)) {
            return Err(Error::Special(path).into());
        }
        let images: Vec<Image> = plan.packages.iter().map(Image::from_package).collect();
        self.watch.expect(images.iter().map(Image::input_bytes).sum());
        let (mut files, mut notes, mut findings) = (Vec::new(), Vec::new(), Vec::new());
        let mut subjects = Vec::new();
        let spool = target.existing_ancestor(env);
        let (contents, options, watch): (&dyn Contents, _, _) = (self.inputs, &self.options, self.watch);
        let writing = Writing { contents, options, spool: &spool, watch };
        for (package, image) in plan.packages.iter().zip(&images) {
            let (written, found, subject) = self.written(&writing, image, &target.path(package))?;
            notes.extend(leaks::notes(&written.1.leaks, &self.needles));
            findings.extend(found);
            subjects.extend(subject);
            files.push((package, written));
        }
        notes.extend(judging::notes(findings)?);
        check_strict(self.request, &notes)?;
        let report =
            self.request.report.as_deref().map(|path| self.report(&env.resolve(path), subjects, env));
        let report = report.transpose()?;
        self.watch.check().map_err(|error| Failure::new(error, None))?;
        let built = files.into_iter().map(|(package, (file, summary))| commit(package, file, &summary));
        let built = built.collect::<Result<_, Failure>>()?;
        // It tells of packages, so it appears when they are there.
        report.map(AtomicFile::commit).transpose()?;
        Ok((built, notes))
    }

    /// Writes one package, which is judged by what is read back of it.
    fn written(&self, writing: &Writing<'_>, image: &Image, path: &Path) -> Result<Judged, Failure> {
        let mut collector = Collector::new(self.recipe.target, Digests::Trusted);
        let mut looking = self.request.report.as_ref().map(|_| Looking::default());
        let witness: &mut Witness<'_> = &mut |entry, body| match &mut looking {
            Some(looking) => {
                let mut body = Replay::new(body);
                collector.see(entry.header.clone(), &mut body)?;
                looking.see(&entry.header, &mut body)
            }
            None => collector.see(entry.header, body),
        };
        let Written { file, summary, deb } = writing.write(image, path, witness)?;
        let Some(deb) = deb else { return Ok(((file, summary), Vec::new(), None)) };
        let facts = collector.finish(deb);
        let findings = judging::findings(&facts, &self.recipe.lint);
        let subject = looking.map(|looking| looking.finish((facts.deb, summary.size), &findings));
        Ok(((file, summary), findings, subject))
    }

    /// The page about the packages, on its way. A virtualenv that was there already is on it where it is a file.
    fn report(&self, path: &Path, mut subjects: Vec<Subject>, env: &Env) -> Result<AtomicFile, Failure> {
        if let Some(venv) = self.inputs.sources.published.as_ref().filter(|venv| venv.is_local) {
            subjects.insert(0, inspect::subject_of(Path::new(&venv.place), (env, self.watch))?);
        }
        let page = page::render(&subjects).map_err(|error| Failure::new(error, None))?;
        let mut file = AtomicFile::create(path)?;
        let written = file.writer().write_all(page.as_bytes());
        written.map_err(|error| HostError::new("write", path, error))?;
        Ok(file)
    }
}

/// A package that is written, what rules find in it, and what a page tells of it where one is wanted.
type Judged = ((AtomicFile, write::Summary), Vec<Finding>, Option<Subject>);

fn commit(package: &Package, file: AtomicFile, summary: &write::Summary) -> Result<BuiltPackage, Failure> {
    let path = file.commit()?;
    Ok(BuiltPackage {
        path,
        name: package.control.package.to_string(),
        version: package.control.version.to_string(),
        architecture: package.control.architecture.to_string(),
        size: summary.size,
        installed_kib: summary.installed_kib,
        entries: summary.entries,
    })
}
