//! Rules on any package that can be read: no rule breaks, and each finding names a rule.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mkdeb::config::recipe::LintRecipe;
use mkdeb::config::recipe::Suite;
use mkdeb::deb::read;
use mkdeb::deb::read::Limits;
use mkdeb::deb::read::Reader;
use mkdeb::lint;
use mkdeb::lint::Rule;
use mkdeb::lint::facts::Collector;
use mkdeb::lint::facts::Digests;
use mkdeb::types::size::Size;
use mkdeb_fuzz::deb;
use mkdeb_fuzz::mend_tar;

fuzz_target!(|bytes: &[u8]| {
    let Some((split, bytes)) = bytes.split_first() else { return };
    if *split == 0 {
        return look(bytes);
    }
    // Two tars whose checksums are right; where the first ends is the input's choice.
    let mut bytes = bytes.to_vec();
    let middle = (usize::from(*split) * 512).min(bytes.len());
    let (control, data) = bytes.split_at_mut(middle);
    mend_tar(control);
    mend_tar(data);
    look(&deb(control, data));
});

fn look(mut input: &[u8]) {
    let limits = Limits { entries: 1000, ..Limits::of_stranger(Size::of_bytes(1 << 20)) };
    let Ok(reader) = Reader::open(&mut input, &limits) else { return };
    let mut collector = Collector::new(Some(Suite::Bullseye), Digests::Compared);
    let walked = reader.walk::<read::Error>(&mut |entry, body| {
        let path = entry.header.path.clone();
        collector.see(entry.header, body).map_err(|source| read::Error::body(&path, source))
    });
    let Ok(deb) = walked else { return };
    for finding in lint::check(&collector.finish(deb), &LintRecipe::default()) {
        assert!(Rule::named(finding.rule).is_some(), "{finding:?}");
    }
}
