//! Writes CSV (RFC 4180) for spreadsheets. A value that looks like a formula is escaped, so that a
//! spreadsheet shows it as plain text.

use std::borrow::Cow;

/// Appends one CSV record, which ends with CR LF.
pub(super) fn push_record<'a>(into: &mut String, fields: impl IntoIterator<Item = &'a str>) {
    for (n, field) in fields.into_iter().enumerate() {
        if n > 0 {
            into.push(',');
        }
        push_field(into, &harmless(field));
    }
    into.push_str("\r\n");
}

/// Prefixes a value with an apostrophe if a spreadsheet would treat it as a formula. The values
/// contain text from customers, so a formula could be an attack.
fn harmless(field: &str) -> Cow<'_, str> {
    if field.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        Cow::Owned(format!("'{field}"))
    } else {
        Cow::Borrowed(field)
    }
}

fn push_field(into: &mut String, field: &str) {
    if !field.contains([',', '"', '\r', '\n']) {
        into.push_str(field);
        return;
    }
    into.push('"');
    into.push_str(&field.replace('"', "\"\""));
    into.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(fields: &[&str]) -> String {
        let mut text = String::new();
        push_record(&mut text, fields.iter().copied());
        text
    }

    #[test]
    fn commas_quotes_and_line_ends_are_quoted_and_everything_else_is_as_it_is() {
        assert_eq!(
            record(&["a", "", "b c", "ä€𝄞", "'q'"]),
            "a,,b c,ä€𝄞,'q'\r\n"
        );
        assert_eq!(
            record(&["a,b", "say \"hi\"", "two\nlines", "\"", "x\ry"]),
            "\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",\"\"\"\",\"x\ry\"\r\n"
        );
        assert_eq!(record(&[]), "\r\n");
    }

    #[test]
    fn what_a_spreadsheet_would_compute_is_text() {
        for formula in ["=1+1", "+1", "-1", "@sum(a1)", "\tx", "=cmd|' /C calc'!A0"] {
            assert_eq!(record(&[formula]), format!("'{formula}\r\n"));
        }
        assert_eq!(record(&["\r=1"]), "\"'\r=1\"\r\n");
        assert_eq!(record(&["=\"a,b\""]), "\"'=\"\"a,b\"\"\"\r\n");
        assert_eq!(record(&["a=1", "1-2", "a@b.c"]), "a=1,1-2,a@b.c\r\n");
    }
}
