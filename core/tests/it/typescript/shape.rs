//! Parses the TypeScript declarations that `ts-rs` writes. The result is a [`Shape`] for each type,
//! from which decoders are generated.

/// The type of a JSON value.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    String,
    Number,
    Bool,
    Null,
    Unknown,
    Word(String),
    Name(String),
    List(Box<Self>),
    Tuple(Vec<Self>),
    Record(Box<Self>),
    Object(Vec<Field>),
    Union(Vec<Self>),
    Both(Vec<Self>),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    pub name: String,
    pub optional: bool,
    pub shape: Shape,
}

impl Shape {
    /// Parses `type Name = …;`. Panics with the position on syntax that `ts-rs` has not
    /// produced so far.
    pub fn of_declaration(text: &str) -> Self {
        let (_, right) = text
            .split_once('=')
            .expect("a declaration has a right side");
        let mut reader = Reader { rest: right };
        let shape = reader.union();
        reader.take(";");
        reader.skip();
        assert!(
            reader.rest.is_empty(),
            "cannot be read from here: {}",
            reader.rest
        );
        shape
    }

    /// The names of the other types that this shape refers to.
    pub fn names(&self) -> Vec<String> {
        match self {
            Self::Name(name) => vec![name.clone()],
            Self::List(item) | Self::Record(item) => item.names(),
            Self::Tuple(all) | Self::Union(all) | Self::Both(all) => {
                all.iter().flat_map(Self::names).collect()
            }
            Self::Object(fields) => fields
                .iter()
                .flat_map(|field| field.shape.names())
                .collect(),
            Self::String
            | Self::Number
            | Self::Bool
            | Self::Null
            | Self::Unknown
            | Self::Word(_) => Vec::new(),
        }
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    /// Skips white space and comments.
    fn skip(&mut self) {
        self.rest = self.rest.trim_start();
        while let Some(comment) = self.rest.strip_prefix("/*") {
            let (_, after) = comment.split_once("*/").expect("a comment ends");
            self.rest = after.trim_start();
        }
    }

    fn take(&mut self, sign: &str) -> bool {
        self.skip();
        let after = self.rest.strip_prefix(sign);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn need(&mut self, sign: &str) {
        assert!(self.take(sign), "{sign} is expected before: {}", self.rest);
    }

    fn identifier(&mut self) -> String {
        self.skip();
        let end = self
            .rest
            .find(|sign: char| !sign.is_alphanumeric() && sign != '_')
            .unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        assert!(!name.is_empty(), "a name is expected before: {rest}");
        self.rest = rest;
        name.to_owned()
    }

    fn quoted(&mut self) -> String {
        let (word, rest) = self.rest.split_once('"').expect("a word ends");
        let word = word.to_owned();
        self.rest = rest;
        word
    }

    fn union(&mut self) -> Shape {
        let mut all = vec![self.both()];
        while self.take("|") {
            all.push(self.both());
        }
        if all.len() == 1 {
            all.remove(0)
        } else {
            Shape::Union(all)
        }
    }

    fn both(&mut self) -> Shape {
        let mut all = vec![self.one()];
        while self.take("&") {
            all.push(self.one());
        }
        if all.len() == 1 {
            all.remove(0)
        } else {
            Shape::Both(all)
        }
    }

    fn one(&mut self) -> Shape {
        if self.take("{") {
            return Shape::Object(self.fields());
        }
        if self.take("[") {
            return Shape::Tuple(self.until("]"));
        }
        if self.take("(") {
            let shape = self.union();
            self.need(")");
            return shape;
        }
        if self.take("\"") {
            return Shape::Word(self.quoted());
        }
        match self.identifier().as_str() {
            "string" => Shape::String,
            "number" => Shape::Number,
            "boolean" => Shape::Bool,
            "null" => Shape::Null,
            "unknown" => Shape::Unknown,
            "Array" => Shape::List(Box::new(self.arguments().remove(0))),
            "Record" => Shape::Record(Box::new(self.arguments().remove(1))),
            name => Shape::Name(name.to_owned()),
        }
    }

    fn arguments(&mut self) -> Vec<Shape> {
        self.need("<");
        self.until(">")
    }

    fn until(&mut self, end: &str) -> Vec<Shape> {
        let mut all = Vec::new();
        while !self.take(end) {
            all.push(self.union());
            self.take(",");
        }
        all
    }

    fn fields(&mut self) -> Vec<Field> {
        let mut fields = Vec::new();
        while !self.take("}") {
            let name = if self.take("\"") {
                self.quoted()
            } else {
                self.identifier()
            };
            let optional = self.take("?");
            self.need(":");
            let shape = self.union();
            fields.push(Field {
                name,
                optional,
                shape,
            });
            self.take(",");
        }
        fields
    }
}
