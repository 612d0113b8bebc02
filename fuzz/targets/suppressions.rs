#![no_main]

#[allow(dead_code, reason = "each target uses a part of it")]
#[path = "../../tests/support/checks/mod.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|input: &[u8]| checks::suppressions::check(input));
