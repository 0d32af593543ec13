//! Adds values from libpq's environment variables (`PGHOST` …) to a database address.

use super::address::{Address, AddressError};

/// The supported environment variables, each with the address parameter that it sets.
const VARIABLES: &[(&str, &str)] = &[
    ("PGHOST", "host"),
    ("PGHOSTADDR", "hostaddr"),
    ("PGPORT", "port"),
    ("PGDATABASE", "dbname"),
    ("PGUSER", "user"),
    ("PGPASSWORD", "password"),
    ("PGAPPNAME", "application_name"),
    ("PGTARGETSESSIONATTRS", "target_session_attrs"),
    ("PGCHANNELBINDING", "channel_binding"),
    ("PGSSLMODE", "sslmode"),
    ("PGSSLNEGOTIATION", "sslnegotiation"),
    ("PGSSLROOTCERT", "sslrootcert"),
    ("PGSSLCERT", "sslcert"),
    ("PGSSLKEY", "sslkey"),
];

/// Returns the address with missing parameters added from the environment variables. If the address
/// is empty, it is built from the variables only. `more` is a parameter and its value, used if
/// neither the address nor a variable sets that parameter.
///
/// # Errors
/// When the address has a form that cannot be completed.
pub fn completed(
    given: &str,
    variable: impl Fn(&str) -> Option<String>,
    more: Option<(&str, &str)>,
) -> Result<String, AddressError> {
    let mut url = if given.is_empty() {
        "postgres:///".to_owned()
    } else {
        given.to_owned()
    };
    let config = Address::form(&url)?;
    let is_said = |url: &str, parameter: &str| {
        names(url).any(|name| name == parameter)
            || match parameter {
                "host" => !config.get_hosts().is_empty() || !config.get_hostaddrs().is_empty(),
                // If the address contains a host, ignore `PGHOSTADDR`: it would redirect the
                // connection to another machine.
                "hostaddr" => !config.get_hosts().is_empty() || !config.get_hostaddrs().is_empty(),
                // Check the text of the address, because the parsed address contains the default
                // port even if the text has no port.
                "port" => says_port(url),
                "dbname" => config.get_dbname().is_some(),
                "user" => config.get_user().is_some(),
                "password" => config.get_password().is_some(),
                _ => false,
            }
    };
    for (name, parameter) in VARIABLES {
        if let Some(value) = variable(name).filter(|value| !value.is_empty())
            && !is_said(&url, parameter)
        {
            append(&mut url, parameter, &value);
        }
    }
    if let Some((parameter, value)) = more
        && !is_said(&url, parameter)
    {
        append(&mut url, parameter, value);
    }
    Ok(url)
}

fn says_port(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let hosts = rest.split_once('@').map_or(rest, |(_, hosts)| hosts);
    let hosts = hosts.split(['/', '?']).next().unwrap_or_default();
    // Look for the colon of the port after the bracket: colons in an IPv6 address do not separate a
    // port.
    hosts.split(',').any(|host| {
        host.rsplit_once(']')
            .map_or(host, |(_, after)| after)
            .contains(':')
    })
}

fn names(url: &str) -> impl Iterator<Item = &str> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    query
        .split('&')
        .map(|pair| pair.split_once('=').map_or(pair, |(name, _)| name))
}

fn append(url: &mut String, name: &str, value: &str) {
    url.push(if url.contains('?') { '&' } else { '?' });
    url.push_str(name);
    url.push('=');
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            url.push(char::from(byte));
        } else {
            url.push_str(&format!("%{byte:02X}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SET: [(&str, &str); 6] = [
        ("PGHOST", "db.example"),
        ("PGUSER", "someone"),
        ("PGPASSWORD", "p@ss:/?&"),
        ("PGPORT", "6432"),
        ("PGDATABASE", ""),
        ("PGSSLMODE", "require"),
    ];

    fn with(set: &[(&str, &str)], url: &str) -> String {
        let variable = |name: &str| {
            let of = |(one, value): &(&str, &str)| (*one == name).then(|| (*value).to_owned());
            set.iter().find_map(of)
        };
        completed(url, variable, None).expect(url)
    }

    #[test]
    fn the_variables_say_what_the_address_does_not() {
        for (url, completed) in [
            (
                "",
                "postgres:///?host=db.example&port=6432&user=someone&password=p%40ss%3A%2F%3F%26&sslmode=require",
            ),
            (
                "postgres://u:s@[::1]:5/d?sslmode=disable",
                "postgres://u:s@[::1]:5/d?sslmode=disable",
            ),
            (
                "postgres://u@[::1]/d?password=x",
                "postgres://u@[::1]/d?password=x&port=6432&sslmode=require",
            ),
            (
                "postgres://u:a/b@h/d?sslmode=require",
                "postgres://u:a/b@h/d?sslmode=require&port=6432",
            ),
        ] {
            assert_eq!(with(&SET, url), completed, "{url}");
        }
    }

    #[test]
    fn a_name_and_its_address_belong_together() {
        let set = [("PGHOST", "db.example"), ("PGHOSTADDR", "10.0.0.9")];
        assert_eq!(
            with(&set, "postgres://u@/d"),
            "postgres://u@/d?host=db.example&hostaddr=10.0.0.9"
        );
        assert_eq!(with(&set, "postgres://u@other/d"), "postgres://u@other/d");
        assert_eq!(
            with(&set[1..], "postgres://u@other/d"),
            "postgres://u@other/d"
        );
    }
}
