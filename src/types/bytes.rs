//! Bytes beside bytes.

/// How many bytes are the same at the beginning: a word at a time, since what is compared here begins alike.
pub fn in_common(left: &[u8], right: &[u8]) -> usize {
    let (left_words, _) = left.as_chunks::<8>();
    let (right_words, _) = right.as_chunks::<8>();
    for (number, (left, right)) in left_words.iter().zip(right_words).enumerate() {
        let differing = u64::from_le_bytes(*left) ^ u64::from_le_bytes(*right);
        if differing != 0 {
            return 8 * number + differing.trailing_zeros() as usize / 8;
        }
    }
    let same = 8 * left_words.len().min(right_words.len());
    let rest = left[same..].iter().zip(&right[same..]);
    same + rest.take_while(|(left, right)| left == right).count()
}

#[cfg(test)]
mod tests {
    use super::in_common;

    #[test]
    fn the_first_difference_is_found_wherever_it_is() {
        for length in 0..40 {
            let left = vec![0xff; length];
            assert_eq!(in_common(&left, &left), length);
            assert_eq!(in_common(&left, &[&left[..], b"more"].concat()), length);
            for place in 0..length {
                for other in [0, 0x7f, 0xfe] {
                    let mut right = left.clone();
                    right[place] = other;
                    assert_eq!(in_common(&left, &right), place);
                    // What follows the difference counts for nothing.
                    right[place..].fill(other);
                    assert_eq!(in_common(&right, &left), place);
                }
            }
        }
    }
}
