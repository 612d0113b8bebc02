//! Text encodings by the names that the IANA gives them.

use encoding_rs::Encoding;

/// An encoding.
#[derive(Clone, Copy)]
pub(super) enum Charset {
    Ascii,
    Latin1,
    Utf8,
    /// With a byte-order mark: big-endian unless the mark says otherwise.
    Utf16,
    Utf16Be,
    Utf16Le,
    /// One of the web's.
    Other(&'static Encoding),
}

/// Names that mean the same here and to the web.
const OTHERS: &[&str] = &[
    "big5",
    "euc-jp",
    "euc-kr",
    "gb18030",
    "gbk",
    "iso-2022-jp",
    "iso-8859-10",
    "iso-8859-13",
    "iso-8859-14",
    "iso-8859-15",
    "iso-8859-16",
    "iso-8859-2",
    "iso-8859-3",
    "iso-8859-4",
    "iso-8859-5",
    "iso-8859-6",
    "iso-8859-7",
    "iso-8859-8",
    "koi8-r",
    "koi8-u",
    "macintosh",
    "shift_jis",
    "windows-1250",
    "windows-1251",
    "windows-1252",
    "windows-1253",
    "windows-1254",
    "windows-1255",
    "windows-1256",
    "windows-1257",
    "windows-1258",
    "windows-874",
];

impl Charset {
    /// The encoding of that name.
    pub(super) fn named(name: &str) -> Option<Charset> {
        let name = name.to_ascii_lowercase();
        Some(match name.as_str() {
            "us-ascii" | "iso646-us" | "iso_646.irv:1991" | "ansi_x3.4-1968" => Charset::Ascii,
            "iso-8859-1" | "iso_8859-1" | "iso_8859-1:1987" | "latin1" | "l1" | "iso-ir-100" => Charset::Latin1,
            "utf-8" => Charset::Utf8,
            "utf-16" => Charset::Utf16,
            "utf-16be" => Charset::Utf16Be,
            "utf-16le" => Charset::Utf16Le,
            _ if OTHERS.contains(&name.as_str()) => Charset::Other(Encoding::for_label(name.as_bytes())?),
            _ => return None,
        })
    }

    /// Whether it is the name of a family of which not all members are here.
    pub(super) fn is_rare(name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        ["ibm", "cp", "hz-", "iso-8859-", "iso_8859-", "windows-", "csibm"]
            .iter()
            .any(|family| name.starts_with(family))
    }

    /// The text's bytes, unless it has a character that the encoding lacks.
    pub(super) fn encode(self, text: &str) -> Option<Vec<u8>> {
        let units = || text.encode_utf16();
        match self {
            Charset::Ascii => text.is_ascii().then(|| text.into()),
            Charset::Latin1 => text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect(),
            Charset::Utf8 => Some(text.into()),
            Charset::Utf16 => Some([0xFE, 0xFF].into_iter().chain(units().flat_map(u16::to_be_bytes)).collect()),
            Charset::Utf16Be => Some(units().flat_map(u16::to_be_bytes).collect()),
            Charset::Utf16Le => Some(units().flat_map(u16::to_le_bytes).collect()),
            Charset::Other(encoding) => {
                let (bytes, _, failed) = encoding.encode(text);
                (!failed).then(|| bytes.into_owned())
            }
        }
    }

    /// The bytes' text, unless there are bytes without meaning.
    pub(super) fn decode(self, bytes: &[u8]) -> Option<String> {
        let decoded = match self {
            Charset::Ascii => bytes.is_ascii().then(|| String::from_utf8_lossy(bytes).into_owned()),
            Charset::Latin1 => Some(bytes.iter().map(|b| char::from(*b)).collect()),
            Charset::Utf8 => String::from_utf8(bytes.to_vec()).ok(),
            Charset::Utf16 => match bytes {
                [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
                [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
                _ => utf16(bytes, u16::from_be_bytes),
            },
            Charset::Utf16Be => utf16(bytes, u16::from_be_bytes),
            Charset::Utf16Le => utf16(bytes, u16::from_le_bytes),
            Charset::Other(encoding) => {
                let decoded = encoding.decode_without_bom_handling_and_without_replacement(bytes)?;
                // The web gives a meaning to the few bytes that have none.
                let invented =
                    encoding.name().starts_with("windows-") && decoded.contains(|c| ('\u{80}'..='\u{9f}').contains(&c));
                (!invented).then(|| decoded.into_owned())
            }
        };
        decoded.filter(|text| !text.contains(char::REPLACEMENT_CHARACTER))
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, []) = bytes.as_chunks() else { return None };
    char::decode_utf16(pairs.iter().map(|pair| unit(*pair))).collect::<Result<String, _>>().ok()
}
