//! Finding the place where a run of bytes ends: spaces, a name.

/// Behind the spaces that stand at this offset.
#[inline]
pub(super) fn behind_spaces(bytes: &[u8], from: usize) -> usize {
    const SPACES: u64 = u64::from_le_bytes([b' '; 8]);
    let mut at = from;
    if bytes.get(at) != Some(&b' ') {
        return at;
    }
    at += 1;
    // Indentation and what aligns values are long; eight bytes are compared at once.
    while let Some(step) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let others = u64::from_le_bytes(*step) ^ SPACES;
        let spaces = (others.trailing_zeros() / u8::BITS) as usize;
        at += spaces;
        if spaces < step.len() {
            return at;
        }
    }
    while bytes.get(at) == Some(&b' ') {
        at += 1;
    }
    at
}

/// Behind the ASCII letters, digits, `_` and `-` that stand at this offset.
#[inline]
pub(super) fn name_end(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    from + rest.iter().position(|byte| !IN_NAME[usize::from(*byte)]).unwrap_or(rest.len())
}

/// The ASCII bytes that a name may go on with.
const IN_NAME: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        table[byte] = (byte as u8).is_ascii_alphanumeric() || byte == b'_' as usize || byte == b'-' as usize;
        byte += 1;
    }
    table
};
