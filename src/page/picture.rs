//! Shares as a picture: a treemap of rectangles with what is written on them.

use crate::page::shares::Kind;
use crate::page::shares::Share;
use crate::page::treemap::Area;
use crate::page::treemap::squarified;
use crate::template::report::Label;
use crate::template::report::Picture;
use crate::template::report::Tile;
use crate::types::plural::counted;
use crate::types::plural::size;

/// How many colours there are.
const COLOURS: usize = 8;
/// How wide a character is at most, on average, of names and of the rest: no font is known here.
const BOLD: f64 = 8.8;
const REGULAR: f64 = 7.8;
/// The fewest characters that are worth writing.
const FEWEST: usize = 5;
/// From the edge of a rectangle to what is written on it.
const MARGIN: f64 = 7.0;
/// The height of a line.
const LINE: f64 = 17.0;

/// Both pictures of some shares: a phone is higher than wide.
pub(in crate::page) fn pictures(shares: &[Share]) -> Vec<Picture> {
    let total = total(shares);
    let of = |(kind, size)| Picture { kind, size, tiles: tiles(shares, size, total) };
    [("wide", (1040, 560)), ("narrow", (328, 480))].map(of).into()
}

/// The bytes of all shares.
pub(in crate::page) fn total(shares: &[Share]) -> u64 {
    shares.iter().map(|share| share.bytes).sum()
}

/// The class of a share's colour, by its place.
pub(in crate::page) fn colour(number: usize, share: &Share) -> String {
    match share.kind {
        Kind::Named => format!("c{}", number % COLOURS),
        Kind::Own => "own".to_owned(),
        Kind::Others => "rest".to_owned(),
    }
}

/// A share of all in percent: `34.5`.
pub(in crate::page) fn percent(bytes: u64, total: u64) -> String {
    let tenths = u128::from(bytes) * 1000 / u128::from(total.max(1));
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn tiles(shares: &[Share], (width, height): (u32, u32), total: u64) -> Vec<Tile> {
    let sizes: Vec<u64> = shares.iter().map(|share| share.bytes).collect();
    let whole = Area { x: 0.0, y: 0.0, width: f64::from(width), height: f64::from(height) };
    let mut tiles = Vec::new();
    for (number, (share, area)) in shares.iter().zip(squarified(&sizes, whole)).enumerate() {
        if area.width < 0.5 || area.height < 0.5 {
            continue;
        }
        let is_opened = share.parts.len() > 1 && area.width > 100.0 && area.height > 80.0;
        tiles.push(tile(&colour(number, share), area, (said(share, total), written(share, area, is_opened))));
        if is_opened {
            tiles.extend(parts(share, area.inset(LINE + 8.0, 4.0), total));
        }
    }
    tiles
}

/// The folders of a share, drawn into its rectangle.
fn parts(share: &Share, area: Area, total: u64) -> Vec<Tile> {
    let sizes: Vec<u64> = share.parts.iter().map(|part| part.bytes).collect();
    let placed = share.parts.iter().zip(squarified(&sizes, area));
    let seen = placed.filter(|(_, area)| area.width >= 2.0 && area.height >= 2.0);
    let part = |(part, area): (&Share, Area)| {
        let name = part.name.rsplit('/').next().unwrap_or_default();
        let named = label(name, area, (0, "part"));
        tile("part", area, (said(part, total), named.into_iter().collect()))
    };
    seen.map(part).collect()
}

fn said(share: &Share, total: u64) -> String {
    let (size, files) = (size(share.bytes), counted(share.files, "files"));
    format!("{}: {size}, {} %, {files}", share.whole, percent(share.bytes, total))
}

/// The name, and below it the size; both in one line where parts are drawn below.
fn written(share: &Share, area: Area, is_opened: bool) -> Vec<Label> {
    let both = format!("{} · {}", share.name, size(share.bytes));
    if is_opened && both.chars().count() <= room(area, "name") {
        return label(&both, area, (0, "name")).into_iter().collect();
    }
    let size = (!is_opened).then(|| label(&size(share.bytes), area, (1, "size"))).flatten();
    let name = label(&share.name, area, (0, "name"));
    if name.is_none() { Vec::new() } else { name.into_iter().chain(size).collect() }
}

/// How many characters a line has room for.
fn room(area: Area, class: &str) -> usize {
    let character = if class == "name" { BOLD } else { REGULAR };
    ((area.width - 2.0 * MARGIN) / character).max(0.0) as usize
}

/// A line, cut to where it fits; none where nothing would be left of it.
fn label(text: &str, area: Area, (line, class): (u8, &'static str)) -> Option<Label> {
    let bottom = MARGIN + LINE * f64::from(line + 1) - 2.0;
    if bottom > area.height || text.is_empty() {
        return None;
    }
    let room = room(area, class);
    let text = match text.chars().count() <= room {
        true => text.to_owned(),
        false if class == "size" || room < FEWEST => return None,
        false => text.chars().take(room - 1).chain(['…']).collect(),
    };
    Some(Label { x: shown(area.x + MARGIN), y: shown(area.y + bottom - 3.0), class, text })
}

fn tile(class: &str, area: Area, (title, labels): (String, Vec<Label>)) -> Tile {
    let [x, y, width, height] = [area.x, area.y, area.width, area.height].map(shown);
    Tile { class: class.to_owned(), x, y, width, height, title, labels }
}

fn shown(number: f64) -> String {
    format!("{number:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(name: &str, bytes: u64) -> Share {
        let (name, whole) = (name.to_owned(), name.to_owned());
        Share { name, detail: String::new(), whole, bytes, files: 1, parts: Vec::new(), kind: Kind::Named }
    }

    #[test]
    fn what_is_written_fits_and_what_has_no_room_is_not_written() {
        let shares = [
            share("a-distribution-with-a-very-long-name-that-nobody-types", 1000),
            share("small", 20),
            share("none", 0),
        ];
        for picture in pictures(&shares) {
            assert_eq!(picture.tiles.iter().filter(|tile| tile.title.starts_with("none")).count(), 0);
            for tile in &picture.tiles {
                let width: f64 = tile.width.parse().expect("a number");
                for label in &tile.labels {
                    assert!(label.text.chars().count() as f64 * REGULAR <= width, "{tile:?}");
                }
            }
        }
        assert!(pictures(&shares)[1].tiles[0].labels[0].text.ends_with('…'));
    }

    #[test]
    fn shares_are_told_in_tenths_and_nothing_is_no_share() {
        assert_eq!(
            (percent(1, 3), percent(0, 0), percent(u64::MAX, u64::MAX)),
            ("33.3".into(), "0.0".into(), "100.0".into())
        );
        assert!(pictures(&[]).iter().all(|picture| picture.tiles.is_empty()));
    }
}
