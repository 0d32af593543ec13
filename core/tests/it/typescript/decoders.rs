//! Generates `web-client/src/protocol/decoders/*.ts`, the client's decoders, from the declarations
//! of `generated.ts`.
//!
//! A new type needs no change here. Unless `rules.rs` says otherwise:
//! - An object is refused if one of its strings, numbers or words cannot be read.
//! - An optional value that cannot be read becomes null, and a missing flag becomes false.
//! - A list keeps the entries that can be read. A missing list is empty, except in a page of a list
//!   or a history, which is then refused.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use super::rules::{FILES, FORMER_WORDS, LENIENT, LINES, SHAPES, STRICT, TITLES, UNREAD};
use super::shape::{Field, Shape};

const HEADER: &str =
    "// Generated from the types of the crate `core`. A test fails when this file is out of date. This command writes the file again:
// UPDATE_GENERATED=1 cargo test -p helpline-core --features typescript
// Do not edit.
";

/// The type declarations of `generated.ts`, and the lists of words that `generated.ts` has for some
/// of these types.
pub struct Declarations<'a> {
    pub types: &'a BTreeMap<String, Shape>,
    pub order: &'a [String],
    pub word_lists: &'a BTreeMap<String, String>,
}

/// The name and text of each generated file.
pub fn files(declared: &Declarations<'_>) -> Vec<(String, String)> {
    let sources = Sources::read();
    let read: Vec<&String> = declared
        .order
        .iter()
        .filter(|name| !UNREAD.contains(&name.as_str()) && !sources.requests.contains(*name))
        .filter(|name| !declared.is_alias(name))
        .collect();
    let levels = declared.levels();
    let writer = Writer {
        declared,
        sources: &sources,
    };
    FILES
        .iter()
        .enumerate()
        .map(|(level, (file, _))| {
            let own = declared.ordered(
                read.iter()
                    .filter(|name| levels.get(**name) == Some(&level))
                    .copied(),
            );
            (format!("{file}.ts"), writer.file(level, &levels, &own))
        })
        .collect()
}

impl Declarations<'_> {
    fn shape(&self, name: &str) -> &Shape {
        self.types
            .get(name)
            .unwrap_or_else(|| panic!("{name} is not declared"))
    }

    /// Whether this type is only another name for a string or a number.
    fn is_alias(&self, name: &str) -> bool {
        matches!(self.shape(name), Shape::String | Shape::Number)
    }

    fn names_of(&self, name: &str) -> Vec<String> {
        self.shape(name)
            .names()
            .into_iter()
            .filter(|one| !self.is_alias(one))
            .collect()
    }

    /// For each type, the index of its file: the first file in `FILES` that needs the type.
    fn levels(&self) -> BTreeMap<String, usize> {
        let mut levels: BTreeMap<String, usize> = self
            .order
            .iter()
            .map(|name| (name.clone(), FILES.len() - 1))
            .collect();
        for (level, (_, roots)) in FILES.iter().enumerate().rev() {
            let mut open: Vec<String> = roots.iter().map(|&root| root.to_owned()).collect();
            while let Some(name) = open.pop() {
                open.extend(self.names_of(&name));
                levels.insert(name, level);
            }
        }
        levels
    }

    /// Sorts the types so that each type comes after the types that it depends on.
    fn ordered<'n>(&self, names: impl Iterator<Item = &'n String>) -> Vec<String> {
        let wanted: BTreeSet<&String> = names.collect();
        let mut done = Vec::new();
        for name in self.order.iter().filter(|name| wanted.contains(*name)) {
            self.visit(name, &wanted, &mut done);
        }
        done
    }

    fn visit(&self, name: &str, wanted: &BTreeSet<&String>, done: &mut Vec<String>) {
        if done.iter().any(|one| one == name) {
            return;
        }
        for needed in self
            .names_of(name)
            .iter()
            .filter(|needed| wanted.contains(needed))
        {
            self.visit(needed, wanted, done);
        }
        done.push(name.to_owned());
    }
}

/// Facts that the TypeScript declarations do not contain. They are read from the Rust sources of
/// the types.
struct Sources {
    /// Types that only clients send.
    requests: BTreeSet<String>,
    /// Number fields whose values may be fractions.
    fractions: BTreeSet<String>,
}

impl Sources {
    fn read() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/protocol");
        let (mut requests, mut fractions) = (BTreeSet::new(), BTreeSet::new());
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let Ok(text) = std::fs::read_to_string(&path) else {
                continue;
            };
            for block in text.split("\nrequests! {").skip(1) {
                let block = block.split("\n}\n").next().unwrap();
                requests.extend(block.lines().filter_map(struct_name));
            }
            fractions.extend(text.lines().filter_map(fraction));
        }
        Self {
            requests,
            fractions,
        }
    }
}

fn struct_name(line: &str) -> Option<String> {
    let name = line
        .trim()
        .strip_prefix("pub struct ")?
        .split([' ', '{', '('])
        .next()?;
    Some(name.to_owned())
}

fn fraction(line: &str) -> Option<String> {
    let (name, kind) = line.trim().strip_prefix("pub ")?.split_once(": ")?;
    (kind.contains("f64") || kind.contains("f32")).then(|| name.to_owned())
}

struct Writer<'a> {
    declared: &'a Declarations<'a>,
    sources: &'a Sources,
}

impl Writer<'_> {
    fn file(&self, level: usize, levels: &BTreeMap<String, usize>, own: &[String]) -> String {
        let mut body = String::new();
        for name in own {
            write!(
                body,
                "\nexport const decode{name} = {}\n",
                self.declaration(name)
            )
            .unwrap();
        }
        let mut text = HEADER.to_owned();
        text.push('\n');
        let mut tables: Vec<_> = self
            .declared
            .word_lists
            .values()
            .filter(|list| uses(&body, list))
            .cloned()
            .collect();
        if uses(&body, "LIMITS") {
            tables.push("LIMITS".to_owned());
        }
        if !tables.is_empty() {
            tables.sort();
            writeln!(
                text,
                "import {{ {} }} from '../generated.ts'",
                tables.join(", ")
            )
            .unwrap();
        }
        let shapes: Vec<_> = SHAPES
            .iter()
            .filter(|shape| uses(&body, shape))
            .copied()
            .collect();
        // The widget's first screen loads only the functions of `shape-first.ts`.
        let source = match FILES[level].0 {
            "first" => "shape-first",
            _ => "shape",
        };
        let names = shapes.join(", ");
        writeln!(text, "import {{ {names} }} from '../{source}.ts'").unwrap();
        for (other, (file, _)) in FILES.iter().enumerate().take(level) {
            let needed: Vec<_> = levels
                .iter()
                .filter(|(_, at)| **at == other)
                .map(|(name, _)| format!("decode{name}"))
                .filter(|name| uses(&body, name))
                .collect();
            if !needed.is_empty() {
                writeln!(
                    text,
                    "import {{ {} }} from './{file}.ts'",
                    needed.join(", ")
                )
                .unwrap();
            }
        }
        text + &body
    }

    fn declaration(&self, name: &str) -> String {
        let shape = self.declared.shape(name);
        if let Some(words) = words_of(shape) {
            let list = self
                .declared
                .word_lists
                .get(name)
                .cloned()
                .unwrap_or_else(|| {
                    format!(
                        "[{}]",
                        words
                            .iter()
                            .map(|word| format!("'{word}'"))
                            .collect::<Vec<_>>()
                            .join(", ")
                    )
                });
            let former = FORMER_WORDS
                .iter()
                .find(|(of, _)| *of == name)
                .map_or(String::new(), |(_, words)| format!(", {words}"));
            return format!("word({list}{former})");
        }
        match shape {
            Shape::Union(all) if all.iter().all(|one| tag_of(one).is_some()) => self.tagged(all),
            shape => self.decoder(name, "", shape, 0),
        }
    }

    /// Generates a decoder for frames, which uses the frame's `type` to choose the variant.
    fn tagged(&self, all: &[Shape]) -> String {
        let variants: String = all
            .iter()
            .map(|one| {
                let tag = tag_of(one).expect("each has a tag");
                format!("  {tag}: {},\n", self.variant(&tag, one))
            })
            .collect();
        format!("tagged({{\n{variants}}})")
    }

    fn variant(&self, tag: &str, shape: &Shape) -> String {
        match shape {
            Shape::Both(parts) => {
                let [_, rest] = parts.as_slice() else {
                    panic!("{tag} has more than a tag and one type")
                };
                self.decoder(tag, "", rest, 1)
            }
            Shape::Object(fields) => {
                let fields: Vec<_> = fields
                    .iter()
                    .filter(|field| field.name != "type")
                    .cloned()
                    .collect();
                self.object(tag, &fields, 1)
            }
            _ => panic!("{tag} is no object"),
        }
    }

    fn object(&self, owner: &str, fields: &[Field], depth: usize) -> String {
        let indent = "  ".repeat(depth);
        let lines: String = fields
            .iter()
            .map(|field| {
                format!(
                    "{indent}  {}: {},\n",
                    field.name,
                    self.field(owner, field, depth + 1)
                )
            })
            .collect();
        format!("object({{\n{lines}{indent}}})")
    }

    fn field(&self, owner: &str, field: &Field, depth: usize) -> String {
        let path = format!("{owner}.{}", field.name);
        let is_strict = STRICT.contains(&path.as_str());
        let (shape, nullable) = without_null(&field.shape);
        let decoder = match &shape {
            Shape::List(item) if is_strict => {
                format!("all({})", self.decoder(owner, &field.name, item, depth))
            }
            Shape::List(item) if owner.ends_with("Page") => {
                format!(
                    "readable({})",
                    self.decoder(owner, &field.name, item, depth)
                )
            }
            shape => self.decoder(owner, &field.name, shape, depth),
        };
        if let Some(instead) = lenient(&path, owner, &field.shape) {
            return format!("or({decoder}, {})", instead.replace("{field}", &field.name));
        }
        match (nullable || field.optional, &shape) {
            (true, Shape::List(_)) if is_strict => format!("nullable({decoder})"),
            (true, _) if is_strict => format!("nullOnly({decoder})"),
            // The generated code reads an absent list as an empty list.
            (true, Shape::List(_)) if !nullable => decoder,
            (true, _) => format!("nullable({decoder})"),
            (false, Shape::Bool) if !is_strict => format!("or({decoder}, false)"),
            (false, _) => decoder,
        }
    }

    fn decoder(&self, owner: &str, field: &str, shape: &Shape, depth: usize) -> String {
        let many = |all: &[Shape]| {
            all.iter()
                .map(|one| self.decoder(owner, field, one, depth))
                .collect::<Vec<_>>()
                .join(", ")
        };
        match shape {
            Shape::String => self.string(owner, field).to_owned(),
            Shape::Number if self.sources.fractions.contains(field) => "number".to_owned(),
            Shape::Number => "integer".to_owned(),
            Shape::Bool => "bool".to_owned(),
            Shape::Null => "nothing".to_owned(),
            Shape::Unknown => "anything".to_owned(),
            Shape::Word(word) => format!("word(['{word}'])"),
            Shape::Name(name) => match self.declared.shape(name) {
                alias @ (Shape::String | Shape::Number) => self.decoder("", "", alias, depth),
                _ => format!("decode{name}"),
            },
            Shape::List(item) => format!("list({})", self.decoder(owner, field, item, depth)),
            Shape::Record(item) => format!("record({})", self.decoder(owner, field, item, depth)),
            Shape::Tuple(all) => format!("tuple({})", many(all)),
            Shape::Union(all) => words_of(shape).map_or_else(
                || format!("either({})", many(all)),
                |words| {
                    format!(
                        "word([{}])",
                        words
                            .iter()
                            .map(|word| format!("'{word}'"))
                            .collect::<Vec<_>>()
                            .join(", ")
                    )
                },
            ),
            Shape::Object(fields) => self.object(owner, fields, depth),
            Shape::Both(_) => panic!("{owner}.{field}: two types in one"),
        }
    }

    fn string(&self, owner: &str, field: &str) -> &'static str {
        let path = format!("{owner}.{field}");
        if TITLES.contains(&path.as_str()) {
            return "title";
        }
        if LINES.contains(&path.as_str()) {
            return "line";
        }
        let is_name = self
            .declared
            .types
            .get(owner)
            .is_some_and(|shape| is_nullable(shape, field));
        if is_name && (field == "name" || field.ends_with("_name")) {
            "name"
        } else {
            "string"
        }
    }
}

/// Whether the text uses this name as a whole word that is not the name of a field.
fn uses(body: &str, name: &str) -> bool {
    body.match_indices(name).any(|(at, _)| {
        let before = body.get(..at).and_then(|text| text.chars().next_back());
        let after = body
            .get(at + name.len()..)
            .and_then(|text| text.chars().next());
        let is_part = |sign: Option<char>| {
            sign.is_some_and(|sign| sign.is_alphanumeric() || sign == '_' || sign == '\'')
        };
        !is_part(before) && !is_part(after) && after != Some(':')
    })
}

fn lenient(path: &str, owner: &str, shape: &Shape) -> Option<&'static str> {
    let every = format!("{owner}.*");
    LENIENT
        .iter()
        .find(|(of, _)| *of == path || (*shape == Shape::Number && *of == every))
        .map(|(_, instead)| *instead)
}

fn is_nullable(shape: &Shape, field: &str) -> bool {
    let Shape::Object(fields) = shape else {
        return false;
    };
    fields
        .iter()
        .any(|one| one.name == field && (one.optional || without_null(&one.shape).1))
}

fn without_null(shape: &Shape) -> (Shape, bool) {
    let Shape::Union(all) = shape else {
        return (shape.clone(), false);
    };
    let mut rest: Vec<_> = all
        .iter()
        .filter(|one| **one != Shape::Null)
        .cloned()
        .collect();
    let nullable = rest.len() < all.len();
    (
        if rest.len() == 1 {
            rest.remove(0)
        } else {
            Shape::Union(rest)
        },
        nullable,
    )
}

fn words_of(shape: &Shape) -> Option<Vec<&String>> {
    let Shape::Union(all) = shape else {
        return None;
    };
    all.iter()
        .map(|one| {
            if let Shape::Word(word) = one {
                Some(word)
            } else {
                None
            }
        })
        .collect()
}

/// The word that a frame's type has in its field `type`, if the shape is a frame.
fn tag_of(shape: &Shape) -> Option<String> {
    match shape {
        Shape::Object(fields) => fields.iter().find_map(|field| match &field.shape {
            Shape::Word(word) if field.name == "type" => Some(word.clone()),
            _ => None,
        }),
        Shape::Both(all) => all.iter().find_map(tag_of),
        _ => None,
    }
}
