//! The names that an installation can choose: its schema, and the prefix of its roles.
//!
//! SQL files contain the placeholders `{schema}`, `{api}`, `{owner}`, `{service}`, `{customer}` and
//! `{staff}`. They are replaced by quoted identifiers before a statement is prepared. Every
//! statement of the service therefore names the schema and does not depend on `search_path`, which
//! is unreliable: the login roles of a hosting platform do not inherit `search_path` from
//! `helpline_service`, a pooler resets it, and Postgres could find a table of the same name in
//! another schema first.

/// The schema of an installation, and the names of its roles.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Names {
    schema: String,
    role_prefix: String,
}

/// Postgres identifiers have at most 63 bytes. A role's name consists of the prefix and up to eight
/// letters. The schema for a platform's own pages has the name of Helpline's schema and `_api`.
const IDENTIFIER_CHARS_MAX: usize = 63;
const SCHEMA_CHARS_MAX: usize = 59;
const ROLE_PREFIX_CHARS_MAX: usize = 55;

/// Whether this is an identifier that needs no quoting, unless it is a word of SQL.
pub(crate) fn is_plain_identifier(name: &str) -> bool {
    name.len() <= IDENTIFIER_CHARS_MAX
        && name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

impl Default for Names {
    fn default() -> Self {
        Self {
            schema: "helpline".to_owned(),
            role_prefix: "helpline_".to_owned(),
        }
    }
}

impl Names {
    /// Creates names from a schema and a role prefix.
    ///
    /// # Errors
    /// Returns the reason if a name is not a plain lowercase identifier, is reserved by Postgres,
    /// or is a schema that all users of the database share.
    pub fn new(schema: &str, role_prefix: &str) -> Result<Self, &'static str> {
        if !is_plain_identifier(schema) || schema.len() > SCHEMA_CHARS_MAX {
            return Err(
                "the schema must have lowercase letters, digits and _ only, begin with a letter or _, and have at most 59 characters",
            );
        }
        if schema == "public" || schema == "information_schema" || schema.starts_with("pg_") {
            return Err(
                "the schema must be one of its own: Helpline creates nothing in public or in the schemas of Postgres",
            );
        }
        if !is_plain_identifier(role_prefix)
            || role_prefix.len() > ROLE_PREFIX_CHARS_MAX
            || role_prefix.starts_with("pg_")
        {
            return Err(
                "the prefix of the roles must have lowercase letters, digits and _ only, begin with a letter or _ (but not pg_), and \
                        have at most 55 characters",
            );
        }
        Ok(Self {
            schema: schema.to_owned(),
            role_prefix: role_prefix.to_owned(),
        })
    }

    /// The schema's name, unquoted.
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// The name of the schema for a platform's own pages, unquoted.
    pub fn api_schema(&self) -> String {
        format!("{}_api", self.schema)
    }

    /// The full name of the database role for `name`, which is `owner`, `service`, `customer` or
    /// `staff`.
    pub(crate) fn role(&self, name: &str) -> String {
        format!("{}{name}", self.role_prefix)
    }

    /// The name of the database role that the service uses.
    pub fn service(&self) -> String {
        self.role("service")
    }

    /// Replaces the placeholders in an SQL statement with the quoted names. Names are plain
    /// identifiers ([`Self::new`]), so they need no escaping, even inside a quoted string.
    pub fn render(&self, sql: &str) -> String {
        let mut rendered = sql
            .replace("{schema}", &format!("\"{}\"", self.schema))
            .replace("{api}", &format!("\"{}\"", self.api_schema()));
        for role in ["owner", "service", "customer", "staff"] {
            rendered =
                rendered.replace(&format!("{{{role}}}"), &format!("\"{}\"", self.role(role)));
        }
        rendered
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn names_are_plain_identifiers_of_their_own() {
        for (schema, prefix) in [
            ("helpline", "helpline_"),
            ("_h2", "h"),
            ("user", "select"),
            (&"s".repeat(59), &"p".repeat(55)),
        ] {
            assert!(Names::new(schema, prefix).is_ok(), "{schema} {prefix}");
        }
        for (schema, prefix) in [
            ("", "h"),
            ("h", ""),
            ("public", "h"),
            ("pg_x", "h"),
            ("information_schema", "h"),
            ("h", "pg_x"),
            ("H", "h"),
            ("h", "H"),
            ("a\"b", "h"),
            ("a'b", "h"),
            ("a b", "h"),
            ("1a", "h"),
            ("h", "1"),
            ("é", "h"),
            ("a{owner}", "h"),
            (&"s".repeat(60), "h"),
            ("h", &"p".repeat(56)),
        ] {
            assert!(Names::new(schema, prefix).is_err(), "{schema} {prefix}");
        }
    }

    #[test]
    fn placeholders_become_quoted_identifiers_and_other_braces_stay() {
        let names = Names::new("desk", "desk_").expect("plain");
        assert_eq!(
            names.render("grant select on {schema}.t to {customer}, {staff}; {api}.u; '{}' '{{x}}' '{owner}'::regrole '[0-9a-f]{8}' {service}"),
            "grant select on \"desk\".t to \"desk_customer\", \"desk_staff\"; \"desk_api\".u; '{}' '{{x}}' '\"desk_owner\"'::regrole '[0-9a-f]{8}' \"desk_service\""
        );
    }
}
