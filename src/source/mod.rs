//! Files and their text: finding them, reading them, and turning offsets into lines and columns.
//! Knows nothing of HCL.

mod changes;
mod files;
mod ignored;
mod map;
mod path_map;
mod paths;
mod problem;
mod real;
mod revision;
mod sandbox;
mod span;
mod text;
mod tracked;

pub use changes::Changes;
pub use files::{MAX_FILE_SIZE, ReadError, Walk, leads_out, link_leads_out, read_text, walk};
pub use ignored::Ignored;
pub use map::{FileText, LineColumn, SourceFile, SourceMap};
pub use path_map::PathMap;
pub use paths::{normalize, shown_path};
pub use problem::{Label, Problem, ProblemKind, ProblemSeverity};
pub use real::RealPaths;
pub use revision::{Excess, Revision, RevisionError};
pub use sandbox::{Sandbox, SandboxRead, is_work_tree, work_tree};
pub use span::{FileId, Span};
pub use text::{Text, char_boundary};
