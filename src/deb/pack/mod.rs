//! A tree with `DEBIAN/` as an image: the entries that `dpkg-deb --build` would make of it.

mod check;
mod entries;
mod fault;
pub mod tree;

use crate::control::given::Given;
use crate::deb::image::ControlArchive;
use crate::deb::image::Image;
use crate::deb::pack::entries::Laying;
pub use crate::deb::pack::fault::Fault;
use crate::deb::pack::tree::GivenTree;
use crate::types::date::SourceDate;

/// How a tree is packed.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Whether everything belongs to root, whoever owns it in the tree.
    pub root_owner: bool,
    /// Whether to judge the tree; what is not judged may be something that dpkg cannot install.
    pub check: bool,
    /// The latest date of any entry.
    pub date: SourceDate,
}

/// A tree, judged and laid out.
#[derive(Debug, Clone)]
pub struct Packing {
    /// What to write.
    pub image: Image,
    /// What the control file says; none where nothing was judged.
    pub given: Option<Given>,
    /// What dpkg would warn of, and what is left out.
    pub remarks: Vec<String>,
}

/// Judges `tree` and lays it out.
pub fn packing(tree: &GivenTree, options: Options) -> Result<Packing, Fault> {
    let mut remarks = Vec::new();
    let given = if options.check { Some(check::check(tree, &mut remarks)?) } else { None };
    let date = options.date.seconds();
    // dpkg reads no owner from control.tar; dpkg-deb always writes root there.
    let laying = Laying { date, root_owner: true, control: true };
    let control = ControlArchive::AsGiven(entries::lay(&tree.control, laying, &mut remarks));
    let laying = Laying { date, root_owner: options.root_owner, control: false };
    let entries = entries::lay(&tree.data, laying, &mut remarks);
    remarks.extend(tree.skipped.iter().map(|path| {
        format!("`{path}` is left out: dpkg-deb takes every name that starts with `DEBIAN` for its own")
    }));
    Ok(Packing { image: Image { control, entries, date }, given, remarks })
}
