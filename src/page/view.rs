//! A package as what a page shows, every list bounded: whoever made the package may have wanted a page that nobody can open.

use crate::content::relocation::Kind;
use crate::control::binary;
use crate::control::deb822::Paragraph;
use crate::page::Subject;
use crate::page::Virtualenv;
use crate::page::picture;
use crate::page::scripts::Known;
use crate::page::shares;
use crate::page::shares::Share;
use crate::page::steps;
use crate::page::units;
use crate::template::report;
use crate::template::report::Fact;
use crate::template::report::List;
use crate::template::report::Report;
use crate::types::date::Moment;
use crate::types::plural::counted;
use crate::types::plural::size;

/// How many lines a list has.
const MOST: usize = 1000;
/// The fewest bytes that are worth a picture.
const LEAST: u64 = 100_000;
/// How many virtualenvs are shown.
const MOST_VENVS: usize = 20;
/// The longest value, the longest line of a list, and the longest script, in characters.
const LONGEST: usize = 2000;
const LONGEST_LINE: usize = 400;
const LONGEST_SCRIPT: usize = 64 << 10;
/// Where commands lie (FHS 4.4, 4.10).
const COMMANDS: [&str; 4] = ["/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/"];
/// The fields that say what a package is, with their labels.
const FACTS: [(&str, &str); 11] = [
    ("Architecture", "Architecture"),
    ("Maintainer", "Maintainer"),
    ("Homepage", "Homepage"),
    ("Section", "Section"),
    ("Priority", "Priority"),
    (binary::APP, "Application"),
    (binary::ROLE, "Role"),
    (binary::VENV_KEY, "Virtualenv key"),
    (binary::COMMIT, "Commit"),
    (binary::LOCK, "Lock"),
    ("X-Mkdeb-Built-By", "Built by"),
];

/// The page about some packages.
pub(in crate::page) fn report(subjects: &[Subject]) -> Report {
    // Without the templates no script is known, and each is shown as it is.
    let known = Known::built_in().ok();
    let packages: Vec<report::Package> =
        subjects.iter().enumerate().map(|(number, _)| package((subjects, number), known.as_ref())).collect();
    // What hosts install by its name comes last.
    let main = subjects.last().map(fields).unwrap_or_default();
    let field = |name: &str| short(main.get(name).unwrap_or_default());
    let contents = subjects.iter().zip(&packages).map(|(subject, package)| report::Entry {
        anchor: package.anchor.clone(),
        name: short(fields(subject).get("Package").unwrap_or_default()),
        detail: size(subject.size),
    });
    Report {
        title: format!("{} {}", field("Package"), field("Version")),
        summary: field("Description"),
        tab: String::new(),
        style_digest: String::new(),
        contents: if subjects.len() > 1 { contents.collect() } else { Vec::new() },
        packages,
    }
}

fn package((subjects, number): (&[Subject], usize), known: Option<&Known>) -> report::Package {
    let subject = &subjects[number];
    let fields = fields(subject);
    let scripted = known.and_then(|known| steps::scripted(subject, subjects, known));
    let field = |name: &str| short(fields.get(name).unwrap_or_default());
    let (name, anchor) = (format!("{} {}", field("Package"), field("Version")), format!("p{}", number + 1));
    let is_one = subjects.len() == 1;
    // Units lie in a package, what enables them perhaps in another.
    let activation = scripted.as_ref().and_then(|scripted| scripted.activation.as_ref());
    let told = scripted.iter().flat_map(|scripted| scripted.steps());
    let (units, more_units) = units::units(&subject.holdings, activation);
    report::Package {
        heading: (!is_one).then(|| name.clone()),
        level: if is_one { 2 } else { 3 },
        minor: if is_one { 3 } else { 4 },
        figures: figures(subject),
        facts: facts(subject, &fields),
        remarks: remarks(subject),
        sharing: if subject.holdings.bytes() < 1_000_000 { "bytes" } else { "megabytes" },
        maps: maps(subject, (&anchor, &name)),
        virtualenvs: subject.virtualenvs.iter().take(MOST_VENVS).map(virtualenv).collect(),
        units: units.iter().map(unit).collect(),
        more_units: if more_units > 0 { format!("and {more_units} more") } else { String::new() },
        steps: told.map(|steps| list(steps.moment, &steps.items)).collect(),
        scripts: if scripted.is_some() { Vec::new() } else { scripts(subject) },
        lists: lists(subject, &fields),
        anchor,
        name,
    }
}

fn fields(subject: &Subject) -> Paragraph {
    let control = &subject.deb.control;
    Paragraph::parse(control).unwrap_or_else(|_| Paragraph::salvaged(control))
}

fn fact(label: &str, value: impl Into<String>) -> Fact {
    Fact { label: label.to_owned(), value: value.into() }
}

fn figures(subject: &Subject) -> Vec<Fact> {
    let distributions: usize = subject.virtualenvs.iter().map(|venv| venv.distributions.len()).sum();
    let mut figures = vec![
        fact("Download", size(subject.size)),
        fact("Installed", size(subject.holdings.bytes())),
        fact("Files", subject.holdings.files.len().to_string()),
    ];
    if distributions > 0 {
        figures.push(fact("Python distributions", distributions.to_string()));
    }
    figures
}

fn facts(subject: &Subject, fields: &Paragraph) -> Vec<Fact> {
    let known = FACTS.iter().filter_map(|(name, label)| Some(fact(label, short(fields.get(name)?))));
    let mut facts: Vec<Fact> = known.collect();
    let date = subject.deb.members.first().and_then(|member| i64::try_from(member.date).ok());
    facts.extend(date.map(|date| fact("Dated", format!("{}, UTC", Moment(date)))));
    facts
}

fn remarks(subject: &Subject) -> Vec<report::Remark> {
    let problems = &subject.deb.problems;
    let more = problems.more();
    let more = (more > 0).then(|| counted(more as u64, "more problems"));
    let problem = |text: String| report::Remark {
        weight: "error".to_owned(),
        subject: "dpkg".to_owned(),
        text: line(&text),
        rule: String::new(),
    };
    let problems = problems.iter().map(ToString::to_string).chain(more).map(problem);
    let found = subject.remarks.iter().map(|remark| report::Remark {
        weight: remark.weight.to_owned(),
        subject: line(&remark.subject),
        text: line(&remark.text),
        rule: remark.rule.to_owned(),
    });
    problems.chain(found).take(MOST).collect()
}

fn maps(subject: &Subject, named: (&str, &str)) -> Vec<report::Map> {
    if subject.holdings.bytes() == 0 {
        return Vec::new();
    }
    let by_folder = map("folder", named, &shares::by_folder(subject));
    let has_distributions = !subject.holdings.records.is_empty();
    let by_distribution =
        has_distributions.then(|| map("distribution", named, &shares::by_distribution(subject)));
    by_distribution.into_iter().chain([by_folder]).collect()
}

fn map(what: &str, (anchor, name): (&str, &str), shares: &[Share]) -> report::Map {
    let total = picture::total(shares);
    let longest = shares.iter().map(|share| share.bytes).max().unwrap_or_default();
    let row = |(number, share): (usize, &Share)| report::Row {
        class: picture::colour(number, share),
        name: line(&share.name),
        detail: line(&share.detail),
        size: size(share.bytes),
        bar: picture::percent(share.bytes, longest),
        percent: picture::percent(share.bytes, total),
        files: share.files,
    };
    let largest = shares.first().map(|share| share.name.as_str()).unwrap_or_default();
    report::Map {
        anchor: format!("{anchor}-by-{what}"),
        title: format!("By {what}"),
        label: format!("By {what}: {name}"),
        caption: format!("Treemap of {} by {what}; the largest is {}.", size(total), short(largest)),
        column: what[..1].to_uppercase() + &what[1..],
        pictures: if total < LEAST { Vec::new() } else { picture::pictures(shares) },
        rows: shares.iter().enumerate().map(row).collect(),
    }
}

fn virtualenv(venv: &Virtualenv) -> report::Virtualenv {
    let version = venv.python.as_deref().unwrap_or("of an unknown version");
    let interpreter = venv.interpreter.as_ref().map(|path| format!(", {path}")).unwrap_or_default();
    let changed = venv.relocation.iter().flat_map(|relocation| {
        let kinds = Kind::ALL.into_iter().filter(|kind| relocation.files.of(*kind) > 0);
        kinds.map(|kind| {
            let (count, named) = (relocation.files.of(kind), relocation.changed.of(kind));
            let mut list = list(kind.many(), named);
            let missing = count.saturating_sub(list.items.len() as u64);
            list.count = count.to_string();
            list.heading = counted(count, kind.many()).split_off(list.count.len());
            list.more = if missing > 0 { format!("{missing} not named one by one") } else { String::new() };
            list
        })
    });
    let changes: Vec<List> = changed.collect();
    let distribution = |it: &crate::page::Distribution| report::Distribution {
        name: line(&it.name),
        version: line(&it.version),
        license: line(it.license.as_deref().unwrap_or_default()),
    };
    let dropped = venv.relocation.as_ref().map_or(0, |relocation| relocation.files.dropped);
    report::Virtualenv {
        path: short(&venv.path),
        python: short(&format!("Python {version}{interpreter}")),
        unsaid: venv.relocation.is_none(),
        changes,
        dropped: if dropped > 0 { format!("{} left out.", counted(dropped, "files")) } else { String::new() },
        counted: counted(venv.distributions.len() as u64, "distributions"),
        distributions: venv.distributions.iter().take(MOST).map(distribution).collect(),
        more: more(venv.distributions.len()),
    }
}

fn unit(unit: &units::Unit) -> report::Unit {
    let all = |texts: &[String]| texts.iter().map(|text| line(text)).collect();
    report::Unit {
        name: line(&unit.name),
        description: line(&unit.description),
        when: all(&unit.when),
        commands: all(&unit.commands),
        user: line(&unit.user),
    }
}

fn scripts(subject: &Subject) -> Vec<report::Script> {
    let names = ["preinst", "postinst", "prerm", "postrm", "config"];
    let script = |name: &str| {
        let bytes = &subject.deb.control_file(name)?.bytes;
        let text = String::from_utf8_lossy(bytes);
        let cut: String = text.chars().take(LONGEST_SCRIPT).collect();
        let more = if cut.len() < text.len() { "The rest is left out.".to_owned() } else { String::new() };
        Some(report::Script {
            name: name.to_owned(),
            size: counted(text.lines().count() as u64, "lines"),
            text: cut,
            more,
        })
    };
    names.into_iter().filter_map(script).collect()
}

fn lists(subject: &Subject, fields: &Paragraph) -> Vec<List> {
    let commands = subject.holdings.files.iter().filter_map(|file| {
        let name = COMMANDS.iter().find_map(|directory| file.path.strip_prefix(directory))?;
        let target = file.target.as_ref().map(|target| format!(" → {target}")).unwrap_or_default();
        Some(format!("{name}{target}"))
    });
    let listed = subject.deb.control_file("conffiles").map(|file| String::from_utf8_lossy(&file.bytes));
    let listed = listed.unwrap_or_default();
    let conffiles = listed.lines().map(str::trim).filter(|line| !line.is_empty());
    let relation = |name: &&str| {
        let items = fields.get(name)?.split(',').map(|item| item.trim().to_owned());
        Some(list(name, &items.collect::<Vec<String>>()))
    };
    let own = [
        list("Commands", &commands.collect::<Vec<String>>()),
        list("Conffiles", &conffiles.map(str::to_owned).collect::<Vec<String>>()),
    ];
    let lists = own.into_iter().chain(binary::RELATIONS.iter().filter_map(relation));
    lists.filter(|list| !list.items.is_empty()).collect()
}

fn list(heading: &str, items: &[String]) -> List {
    let (count, more) = (items.len().to_string(), more(items.len()));
    let items = items.iter().take(MOST).map(|item| line(item)).collect();
    List { heading: heading.to_owned(), count, items, more }
}

/// What is not shown of so many.
fn more(count: usize) -> String {
    if count > MOST { format!("and {} more", count - MOST) } else { String::new() }
}

/// The first line of a value, cut where it is too long for a page.
fn short(text: &str) -> String {
    cut(text, LONGEST)
}

/// One of many.
fn line(text: &str) -> String {
    cut(text, LONGEST_LINE)
}

fn cut(text: &str, longest: usize) -> String {
    let line = text.lines().next().unwrap_or_default();
    let cut: String = line.chars().take(longest).collect();
    if cut.len() < line.len() { cut + " …" } else { cut }
}
