//! A treemap: each size becomes a rectangle of its share of an area, as near to a square as it goes.
//!
//! Squarified, after Bruls, Huizing and van Wijk (2000): rows are laid along the shorter side, and a row ends when one
//! more would make its worst rectangle longer. Knows numbers; refuses to know what they are of.

/// A rectangle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    /// Its left edge.
    pub x: f64,
    /// Its upper edge.
    pub y: f64,
    /// Its width.
    pub width: f64,
    /// Its height.
    pub height: f64,
}

impl Area {
    fn shorter(&self) -> f64 {
        self.width.min(self.height)
    }

    /// What is left of it without a margin.
    pub fn inset(&self, top: f64, side: f64) -> Self {
        Self {
            x: self.x + side,
            y: self.y + top,
            width: (self.width - 2.0 * side).max(0.0),
            height: (self.height - top - side).max(0.0),
        }
    }
}

/// A rectangle for each size, in the order of the sizes; the largest should come first. Nothing has no area.
pub fn squarified(sizes: &[u64], area: Area) -> Vec<Area> {
    let total: f64 = sizes.iter().map(|size| *size as f64).sum();
    let scale = if total > 0.0 { area.width * area.height / total } else { 0.0 };
    let areas: Vec<f64> = sizes.iter().map(|size| *size as f64 * scale).collect();
    let (mut placed, mut left, mut start) = (Vec::with_capacity(sizes.len()), area, 0);
    while start < areas.len() {
        let mut end = start + 1;
        let mut sum = areas[start];
        while end < areas.len() {
            let longer = worst(&areas[start..=end], sum + areas[end], left.shorter());
            if longer > worst(&areas[start..end], sum, left.shorter()) {
                break;
            }
            sum += areas[end];
            end += 1;
        }
        left = row(&areas[start..end], sum, left, &mut placed);
        start = end;
    }
    placed
}

/// How long the longest rectangle of a row is, as the ratio of its sides.
fn worst(row: &[f64], sum: f64, side: f64) -> f64 {
    let ratio = |area: f64| {
        let (thickness, length) = (sum / side, area * side / sum);
        (length / thickness).max(thickness / length)
    };
    row.iter().filter(|area| **area > 0.0).map(|area| ratio(*area)).fold(0.0, f64::max)
}

/// Lays a row along the shorter side; what is left of the area.
fn row(areas: &[f64], sum: f64, left: Area, placed: &mut Vec<Area>) -> Area {
    let is_column = left.width >= left.height;
    let side = left.shorter();
    let thickness = if side > 0.0 { sum / side } else { 0.0 };
    let mut offset = 0.0;
    for area in areas {
        let length = if thickness > 0.0 { area / thickness } else { 0.0 };
        placed.push(match is_column {
            true => Area { x: left.x, y: left.y + offset, width: thickness, height: length },
            false => Area { x: left.x + offset, y: left.y, width: length, height: thickness },
        });
        offset += length;
    }
    match is_column {
        true => Area { x: left.x + thickness, width: (left.width - thickness).max(0.0), ..left },
        false => Area { y: left.y + thickness, height: (left.height - thickness).max(0.0), ..left },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const AREA: Area = Area { x: 10.0, y: 20.0, width: 600.0, height: 400.0 };

    fn overlap(a: &Area, b: &Area) -> f64 {
        let width = (a.x + a.width).min(b.x + b.width) - a.x.max(b.x);
        let height = (a.y + a.height).min(b.y + b.height) - a.y.max(b.y);
        width.max(0.0) * height.max(0.0)
    }

    #[test]
    fn the_example_of_the_paper_is_laid_out_as_there() {
        let area = Area { x: 0.0, y: 0.0, width: 6.0, height: 4.0 };
        let placed = squarified(&[6, 6, 4, 3, 2, 2, 1], area);
        let corners: Vec<(f64, f64)> = placed.iter().map(|it| (it.x, it.y)).collect();
        assert_eq!(corners[..2], [(0.0, 0.0), (0.0, 2.0)]);
        assert_eq!((placed[0].width, placed[0].height), (3.0, 2.0));
        assert!((corners[2].0 - 3.0).abs() < 1e-9 && corners[2].1 == 0.0, "{corners:?}");
    }

    #[test]
    fn nothing_has_no_area_and_breaks_nothing() {
        assert_eq!(squarified(&[], AREA), []);
        for sizes in [&[0, 0][..], &[5, 0, 0], &[u64::MAX, 1, 0]] {
            let placed = squarified(sizes, AREA);
            assert_eq!(placed.len(), sizes.len());
            assert!(
                placed.iter().all(|it| it.x.is_finite() && it.width.is_finite() && it.height.is_finite())
            );
        }
        let flat = Area { height: 0.0, ..AREA };
        assert!(squarified(&[1, 2], flat).iter().all(|it| it.width.is_finite() && it.height.is_finite()));
    }

    proptest! {
        #[test]
        fn areas_are_shares_lie_inside_and_never_overlap(mut sizes in prop::collection::vec(0u64..1 << 40, 1..60)) {
            sizes.sort_by(|a, b| b.cmp(a));
            let total: f64 = sizes.iter().map(|size| *size as f64).sum();
            let placed = squarified(&sizes, AREA);
            prop_assert_eq!(&placed, &squarified(&sizes, AREA));
            for (size, it) in sizes.iter().zip(&placed) {
                let share = if total > 0.0 { *size as f64 / total * 240_000.0 } else { 0.0 };
                prop_assert!((it.width * it.height - share).abs() < 1e-3, "{it:?} {share}");
                prop_assert!(it.x >= 10.0 - 1e-6 && it.x + it.width <= 610.0 + 1e-6, "{it:?}");
                prop_assert!(it.y >= 20.0 - 1e-6 && it.y + it.height <= 420.0 + 1e-6, "{it:?}");
            }
            for (number, one) in placed.iter().enumerate() {
                for other in &placed[number + 1..] {
                    prop_assert!(overlap(one, other) < 1e-3, "{one:?} {other:?}");
                }
            }
        }
    }
}
