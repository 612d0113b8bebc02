//! Names of modules and resource instances across the tree: `module.net.data.aws_subnet.a["x"]`.
//! One printer and one parser; addresses are never bare strings elsewhere.

use std::fmt::{self, Display, Write as _};
use std::str::FromStr;
use std::sync::Arc;

use crate::syntax::Text;

/// Which of a block's instances is meant.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Key {
    /// The only one: the block has neither `count` nor `for_each`.
    #[default]
    None,
    /// `[0]`: one of `count`.
    Int(i64),
    /// `["a"]`: one of `for_each`.
    Str(Text),
    /// `[*]`: any of them; `count` or `for_each` is not known.
    Any,
    /// The only one, if there is one: OpenTofu's `enabled` is not known. Such an instance has no key.
    Perhaps,
}

impl Key {
    /// Whether it stands for instances of which it is not known whether there are any.
    pub fn is_open(&self) -> bool {
        matches!(self, Key::Any | Key::Perhaps)
    }
}

/// The path of module calls from the root; empty for the root itself. Cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct ModuleAddress(Arc<[(Text, Key)]>);

/// How a resource relates to the real object.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Mode {
    /// A `resource` block: created, changed and destroyed.
    Managed,
    /// A `data` block: only read.
    Data,
    /// An `ephemeral` block: opened during a run and never stored.
    Ephemeral,
}

/// What a `resource`, `data` or `ephemeral` block is called inside its module.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ResourceName {
    /// Managed, data or ephemeral.
    pub mode: Mode,
    /// The first label: `aws_subnet`.
    pub type_name: Text,
    /// The second label.
    pub name: Text,
}

/// One resource instance.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Address {
    /// The module instance that declares it.
    pub module: ModuleAddress,
    /// Managed, data or ephemeral.
    pub mode: Mode,
    /// The resource type: `aws_subnet`.
    pub type_name: Text,
    /// The block's name.
    pub name: Text,
    /// Which instance.
    pub key: Key,
}

/// Why a text is not an address.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message} at column {}", offset + 1)]
pub struct AddressError {
    /// What was expected or found.
    pub message: &'static str,
    /// Byte offset in the text.
    pub offset: usize,
}

impl ModuleAddress {
    /// The root module.
    pub fn root() -> ModuleAddress {
        ModuleAddress::default()
    }

    /// The module that the call `name` of this one creates, for one key.
    #[must_use]
    pub fn child(&self, name: impl Into<Text>, key: Key) -> ModuleAddress {
        ModuleAddress(self.0.iter().cloned().chain([(name.into(), key)]).collect())
    }

    /// The calling module; none for the root.
    pub fn parent(&self) -> Option<ModuleAddress> {
        let (_, rest) = self.0.split_last()?;
        Some(ModuleAddress(rest.into()))
    }

    /// The calls from the root to this module.
    pub fn steps(&self) -> &[(Text, Key)] {
        &self.0
    }

    /// The module that an address of anything begins with: the root where it names none. The address of a module
    /// call counts as that of the module.
    pub fn of(address: &str) -> ModuleAddress {
        let mut reader = Reader { text: address, offset: 0 };
        reader.module().map_or_else(|_| ModuleAddress::root(), |(module, _)| module)
    }

    /// Whether this is the root module.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The resource instance of that name in this module.
    pub fn resource(&self, name: &ResourceName, key: Key) -> Address {
        Address {
            module: self.clone(),
            mode: name.mode,
            type_name: name.type_name.clone(),
            name: name.name.clone(),
            key,
        }
    }
}

impl FromIterator<(Text, Key)> for ModuleAddress {
    fn from_iter<I: IntoIterator<Item = (Text, Key)>>(steps: I) -> ModuleAddress {
        ModuleAddress(steps.into_iter().collect())
    }
}

impl Mode {
    /// The block type that declares it.
    pub fn block_type(self) -> &'static str {
        match self {
            Mode::Managed => "resource",
            Mode::Data => "data",
            Mode::Ephemeral => "ephemeral",
        }
    }

    /// What stands before the type in an address.
    fn prefix(self) -> &'static str {
        match self {
            Mode::Managed => "",
            Mode::Data => "data.",
            Mode::Ephemeral => "ephemeral.",
        }
    }
}

impl Address {
    /// The block's name without module and key.
    pub fn resource_name(&self) -> ResourceName {
        ResourceName { mode: self.mode, type_name: self.type_name.clone(), name: self.name.clone() }
    }
}

impl Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Key::None | Key::Perhaps => Ok(()),
            Key::Int(i) => write!(f, "[{i}]"),
            Key::Str(s) => {
                f.write_str("[")?;
                write_quoted(f, s)?;
                f.write_str("]")
            }
            Key::Any => f.write_str("[*]"),
        }
    }
}

/// Writes a key as HCL quotes it: what would begin an interpolation is doubled.
fn write_quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '$' | '%' => {
                f.write_char(c)?;
                if chars.peek() == Some(&'{') {
                    f.write_char(c)?;
                }
            }
            c if c.is_control() => write!(f, "\\u{:04x}", c as u32)?,
            c => f.write_char(c)?,
        }
    }
    f.write_char('"')
}

impl Display for ModuleAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (name, key)) in self.0.iter().enumerate() {
            let dot = if i == 0 { "" } else { "." };
            write!(f, "{dot}module.{name}{key}")?;
        }
        Ok(())
    }
}

impl ResourceName {
    /// The block's address as text, in a module instance with which all addresses begin so: `module.a[0].`, or nothing.
    pub fn text(&self, module: &str) -> String {
        [module, self.mode.prefix(), &self.type_name, ".", &self.name].concat()
    }
}

impl Display for ResourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(""))
    }
}

impl Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.module.is_root() {
            write!(f, "{}.", self.module)?;
        }
        write!(f, "{}{}.{}{}", self.mode.prefix(), self.type_name, self.name, self.key)
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Address, AddressError> {
        let mut reader = Reader { text, offset: 0 };
        let address = reader.address()?;
        reader.end()?;
        Ok(address)
    }
}

impl Address {
    /// Reads an address that `text` begins with, and the byte offset behind it. What follows (an attribute path) is the
    /// caller's to read.
    pub fn parse_prefix(text: &str) -> Result<(Address, usize), AddressError> {
        let mut reader = Reader { text, offset: 0 };
        let address = reader.address()?;
        Ok((address, reader.offset))
    }
}

impl FromStr for ModuleAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<ModuleAddress, AddressError> {
        let mut reader = Reader { text, offset: 0 };
        if text.is_empty() {
            return Ok(ModuleAddress::root());
        }
        let (module, found) = reader.module()?;
        match found {
            None if !module.is_root() => Ok(module),
            _ => Err(AddressError { message: "expected `module.NAME`", offset: 0 }),
        }
    }
}

/// Reads an address from left to right; keys are quoted, so splitting on dots would be wrong.
struct Reader<'a> {
    text: &'a str,
    offset: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.offset..]
    }

    fn error<T>(&self, message: &'static str) -> Result<T, AddressError> {
        Err(AddressError { message, offset: self.offset })
    }

    fn eat(&mut self, c: char) -> bool {
        let found = self.rest().starts_with(c);
        if found {
            self.offset += c.len_utf8();
        }
        found
    }

    fn expect(&mut self, c: char, message: &'static str) -> Result<(), AddressError> {
        if self.eat(c) { Ok(()) } else { self.error(message) }
    }

    fn end(&self) -> Result<(), AddressError> {
        if self.rest().is_empty() { Ok(()) } else { self.error("unexpected text behind the address") }
    }

    fn name(&mut self) -> Result<&'a str, AddressError> {
        let rest = self.rest();
        let length =
            rest.char_indices().find(|(i, c)| !is_name_char(*c, *i == 0)).map_or(rest.len(), |(offset, _)| offset);
        if length == 0 {
            return self.error("expected a name");
        }
        self.offset += length;
        Ok(&rest[..length])
    }

    /// The module path, and the first name behind it if any.
    fn module(&mut self) -> Result<(ModuleAddress, Option<&'a str>), AddressError> {
        let mut steps = Vec::new();
        loop {
            let first = self.name()?;
            if first != "module" {
                return Ok((ModuleAddress(steps.into()), Some(first)));
            }
            self.expect('.', "expected `.` and the name of a module call")?;
            let name = self.name()?;
            steps.push((Text::from(name), self.key()?));
            if self.rest().is_empty() {
                return Ok((ModuleAddress(steps.into()), None));
            }
            self.expect('.', "expected `.`")?;
        }
    }

    fn address(&mut self) -> Result<Address, AddressError> {
        let (module, first) = self.module()?;
        let Some(first) = first else {
            return self.error("expected `.` and a resource");
        };
        let mode = match first {
            "data" => Mode::Data,
            "ephemeral" => Mode::Ephemeral,
            _ => Mode::Managed,
        };
        let type_name = if mode == Mode::Managed {
            first
        } else {
            self.expect('.', "expected `.` and a type")?;
            self.name()?
        };
        self.expect('.', "expected `.` and the resource's name")?;
        let name = self.name()?;
        let key = self.key()?;
        Ok(Address { module, mode, type_name: type_name.into(), name: name.into(), key })
    }

    fn key(&mut self) -> Result<Key, AddressError> {
        if !self.eat('[') {
            return Ok(Key::None);
        }
        let key = if self.eat('*') {
            Key::Any
        } else if self.eat('"') {
            Key::Str(self.quoted()?.into())
        } else {
            let rest = self.rest();
            let length = rest.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(rest.len());
            let Ok(index) = rest[..length].parse() else {
                return self.error("expected a number, a quoted text or `*`");
            };
            self.offset += length;
            Key::Int(index)
        };
        self.expect(']', "expected `]`")?;
        Ok(key)
    }

    /// The text up to the closing quote, which is consumed.
    fn quoted(&mut self) -> Result<String, AddressError> {
        let mut text = String::new();
        loop {
            let rest = self.rest();
            let Some(c) = rest.chars().next() else {
                return self.error("the quoted key does not end");
            };
            if rest.starts_with("$${") || rest.starts_with("%%{") {
                text.push_str(&rest[1..3]);
                self.offset += 3;
                continue;
            }
            self.offset += c.len_utf8();
            match c {
                '"' => return Ok(text),
                '\\' => text.push(self.escape()?),
                c => text.push(c),
            }
        }
    }

    fn escape(&mut self) -> Result<char, AddressError> {
        let Some(c) = self.rest().chars().next() else {
            return self.error("the quoted key does not end");
        };
        self.offset += c.len_utf8();
        match c {
            'n' => Ok('\n'),
            'r' => Ok('\r'),
            't' => Ok('\t'),
            '"' | '\\' | '/' => Ok(c),
            'b' => Ok('\u{8}'),
            'f' => Ok('\u{c}'),
            'u' => self.code_point(4),
            'U' => self.code_point(8),
            _ => self.error("unknown escape"),
        }
    }

    fn code_point(&mut self, digits: usize) -> Result<char, AddressError> {
        let code = self.rest().get(..digits).and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32);
        let Some(c) = code else {
            return self.error("expected the hexadecimal number of a character");
        };
        self.offset += digits;
        Ok(c)
    }
}

/// Whether a character may stand in a name. Letters of any script do, as in HCL.
pub(crate) fn is_name_char(c: char, first: bool) -> bool {
    match first {
        true => c == '_' || unicode_ident::is_xid_start(c),
        false => c == '-' || unicode_ident::is_xid_continue(c),
    }
}

#[cfg(test)]
mod tests;
