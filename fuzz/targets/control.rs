//! Paragraphs: what was read is written so that it is read again as the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mkdeb::control::deb822::Paragraph;

fuzz_target!(|text: &str| {
    let Ok(paragraph) = Paragraph::parse(text) else { return };
    let written = paragraph.to_string();
    let again = Paragraph::parse(&written).expect("what was written can be read");
    assert_eq!(again, paragraph, "{written:?}");
    // One line for each field begins at the margin: no value breaks out.
    assert_eq!(written.lines().filter(|line| !line.starts_with(' ')).count(), paragraph.iter().count());
});
