//! The names that an installation chooses: its schema, and the prefix of its roles.
//!
//! Our SQL contains `{schema}`, `{owner}`, `{service}`, `{customer}` and `{staff}`. They are
//! replaced once by quoted identifiers, before a statement is prepared. So each of the service's
//! statements names the schema, and none depends on a session's `search_path`: a platform's login
//! roles do not inherit it from `helpline_service`, a pooler resets it, and it could find a table
//! of the same name in another schema first.

/// The schema of an installation, and the names of its roles.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Names {
    schema: String,
    role_prefix: String,
}

/// Postgres identifiers have at most 63 bytes. A role's name is the prefix and up to eight letters.
const SCHEMA_CHARS_MAX: usize = 63;
const ROLE_PREFIX_CHARS_MAX: usize = 55;

impl Default for Names {
    fn default() -> Self {
        Self {
            schema: "helpline".to_owned(),
            role_prefix: "helpline_".to_owned(),
        }
    }
}

impl Names {
    /// Names with this schema and this role prefix.
    ///
    /// # Errors
    /// Returns the reason if one of them is not a plain lowercase identifier, belongs to Postgres,
    /// or is shared by all users of the database.
    pub fn new(schema: &str, role_prefix: &str) -> Result<Self, &'static str> {
        let is_plain = |name: &str| {
            name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
                && name
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        };
        if !is_plain(schema) || schema.len() > SCHEMA_CHARS_MAX {
            return Err(
                "the schema must have lowercase letters, digits and _ only, begin with a letter or _, and have at most 63 characters",
            );
        }
        if schema == "public" || schema == "information_schema" || schema.starts_with("pg_") {
            return Err(
                "the schema must be one of its own: Helpline creates nothing in public or in the schemas of Postgres",
            );
        }
        if !is_plain(role_prefix)
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

    /// The full name of this role: `owner`, `service`, `customer` or `staff`.
    pub(crate) fn role(&self, name: &str) -> String {
        format!("{}{name}", self.role_prefix)
    }

    /// The role that the service acts as.
    pub fn service(&self) -> String {
        self.role("service")
    }

    /// Replaces the placeholders in a statement with the quoted names. Names are plain identifiers
    /// ([`Self::new`]), so that they need no escaping inside a quoted literal either.
    pub fn render(&self, sql: &str) -> String {
        let mut rendered = sql.replace("{schema}", &format!("\"{}\"", self.schema));
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
            (&"s".repeat(63), &"p".repeat(55)),
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
            (&"s".repeat(64), "h"),
            ("h", &"p".repeat(56)),
        ] {
            assert!(Names::new(schema, prefix).is_err(), "{schema} {prefix}");
        }
    }

    #[test]
    fn placeholders_become_quoted_identifiers_and_other_braces_stay() {
        let names = Names::new("desk", "desk_").expect("plain");
        assert_eq!(
            names.render("grant select on {schema}.t to {customer}, {staff}; '{}' '{{x}}' '{owner}'::regrole '[0-9a-f]{8}' {service}"),
            "grant select on \"desk\".t to \"desk_customer\", \"desk_staff\"; '{}' '{{x}}' '\"desk_owner\"'::regrole '[0-9a-f]{8}' \"desk_service\""
        );
    }
}
