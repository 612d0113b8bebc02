//! What the system knows of the memory of this process.

/// The most memory in bytes that this process ever held; `None` where the system does not tell.
pub fn peak_memory() -> Option<u64> {
    if cfg!(target_os = "linux") { peak(&std::fs::read_to_string("/proc/self/status").ok()?) } else { None }
}

/// Reads the line `VmHWM:   1234 kB`.
fn peak(status: &str) -> Option<u64> {
    let rest = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    rest.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_highest_mark() {
        let check = |status: &str, expected| assert_eq!(peak(status), expected, "{status}");
        check("Name:\tx\nVmPeak:\t  9 kB\nVmHWM:\t  123 kB\nVmRSS:\t 7 kB\n", Some(123 * 1024));
        check("VmHWM:\t 123 pages\n", None);
        check("Name:\tx\n", None);
        check("VmHWM: 99999999999999999999 kB", None);
    }
}
