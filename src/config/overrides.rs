//! `--set key=value`: one value of the manifest from the command line.

use std::borrow::Cow;

use toml::Spanned;
use toml::de::DeTable;
use toml::de::DeValue;

use crate::config::error::Fault;
use crate::config::problem::Problem;
use crate::config::tree;
use crate::config::tree::Node;

/// The most components of a key.
const DEEPEST: usize = 16;

/// Sets `table.key=value`, or `service.0.user=value`; `base` is where the assignment's text starts.
///
/// A value that is not TOML is taken as a plain string.
pub(in crate::config) fn apply<'a>(
    root: &mut DeTable<'a>,
    assignment: &'a str,
    base: usize,
) -> Result<(), Fault> {
    let fault = |problem| Fault::at(base..base + assignment.len(), problem);
    let Some((path, value)) = assignment.split_once('=') else {
        return Err(fault(Problem::NotAssignment(assignment.to_owned())));
    };
    let (mut parents, mut offset) = (Vec::new(), base);
    for part in path.split('.') {
        // No manifest has tables in tables beyond that; what reads them calls itself for each.
        if parents.len() == DEEPEST || part.is_empty() || part.trim() != part {
            return Err(fault(Problem::NotAssignment(assignment.to_owned())));
        }
        parents.push(Spanned::new(offset..offset + part.len(), part));
        offset += part.len() + 1;
    }
    let Some(last) = parents.pop() else {
        return Err(fault(Problem::NotAssignment(assignment.to_owned())));
    };
    let node = tree::parse_value(value, offset)
        .unwrap_or_else(|| Spanned::new(offset..offset + value.len(), DeValue::String(Cow::Borrowed(value))));
    let table = descend(root, &parents)?;
    replace(table, &last, node);
    Ok(())
}

fn descend<'t, 'a>(
    root: &'t mut DeTable<'a>,
    path: &[Spanned<&'a str>],
) -> Result<&'t mut DeTable<'a>, Fault> {
    let mut table = root;
    let mut parts = path.iter();
    while let Some(part) = parts.next() {
        let name = *part.get_ref();
        let fault = |problem| Fault::at(part.span(), problem);
        if !table.contains_key(name) {
            if let Some(index) =
                parts.as_slice().first().filter(|next| next.get_ref().parse::<usize>().is_ok())
            {
                let (name, index) = (name.to_owned(), (*index.get_ref()).to_owned());
                return Err(fault(Problem::NoEntry { name, count: 0, index }));
            }
            replace(table, part, Spanned::new(part.span(), DeValue::Table(DeTable::new())));
        }
        let not_table = || fault(Problem::NotTable(name.to_owned()));
        table = match table.get_mut(name).map(Spanned::get_mut) {
            Some(DeValue::Table(inner)) => inner,
            Some(DeValue::Array(array)) => {
                let index = parts.next().ok_or_else(not_table)?;
                let count = array.len();
                let text = *index.get_ref();
                let entry = text.parse().ok().and_then(|at: usize| array.get_mut(at)).ok_or_else(|| {
                    let (name, index) = (name.to_owned(), text.to_owned());
                    Fault::at(part.span(), Problem::NoEntry { name, count, index })
                })?;
                match entry.get_mut() {
                    DeValue::Table(inner) => inner,
                    _ => return Err(not_table()),
                }
            }
            _ => return Err(not_table()),
        };
    }
    Ok(table)
}

/// Puts a value under a key, whose span becomes the new one's.
fn replace<'a>(table: &mut DeTable<'a>, key: &Spanned<&'a str>, node: Node<'a>) {
    table.remove(*key.get_ref());
    table.insert(Spanned::new(key.span(), Cow::Borrowed(*key.get_ref())), node);
}

/// Turns the number, boolean or date at a span into the text it was written as; false where there is none.
///
/// `--set package.version=1.0` means the string, though it reads as a number.
pub(in crate::config) fn soften(root: &mut DeTable<'_>, span: &std::ops::Range<usize>, text: &str) -> bool {
    let mut softened = false;
    let _always_ok = tree::visit(root, &mut Vec::new(), &mut |_, node| {
        if node.span() == *span && !matches!(node.get_ref(), DeValue::String(_)) {
            *node.get_mut() = DeValue::String(Cow::Owned(text.to_owned()));
            softened = true;
        }
        Ok(())
    });
    softened
}
