//! A number for a name, the same when the program is built and when it runs.

/// FNV-1a in 32 bits: good enough to tell a few thousand names apart, and nothing depends on it but speed.
pub fn of(name: &str) -> u32 {
    name.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}
