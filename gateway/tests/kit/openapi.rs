//! Compares every response of a `/v1` route with `/openapi.json`, in every test that uses REST:
//! path, method, status, content type, headers and body. A field that the document does not
//! describe is an error, so that no field is added without a description. A request that was
//! accepted must also match the document.

use std::collections::HashMap;
use std::sync::Arc;

use axum::http::HeaderMap;
use jsonschema::Validator;
use parking_lot::Mutex;
use serde_json::{Map, Value, json};

/// Headers of HTTP itself, of proxies and of browsers, which the API document need not describe.
/// The document must describe every other header.
const HEADERS_OF_EVERY_ANSWER: [&str; 17] = [
    "access-control-allow-origin",
    "access-control-expose-headers",
    "cache-control",
    "connection",
    "content-length",
    "content-security-policy",
    "content-type",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "date",
    "keep-alive",
    "referrer-policy",
    "transfer-encoding",
    "vary",
    "x-content-type-options",
    "x-frame-options",
    "x-request-id",
];

/// A request and its response.
pub struct Exchange<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub query: &'a str,
    /// The request's body as it was sent.
    pub body: &'a [u8],
    pub status: u16,
    pub headers: &'a HeaderMap,
    pub answer: &'a [u8],
}

/// The parsed `/openapi.json`, with cached validators.
pub struct Contract {
    paths: Map<String, Value>,
    components: Value,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Contract {
    pub fn new(document: &Value) -> Self {
        assert_eq!(
            document["openapi"].as_str().map(|version| &version[..3]),
            Some("3.1"),
            "schemas are JSON Schema 2020-12"
        );
        let mut document = document.clone();
        close(&mut document);
        Self {
            paths: document["paths"].as_object().expect("paths").clone(),
            components: document["components"].clone(),
            validators: Mutex::default(),
        }
    }

    /// Compares a request and its response with `/openapi.json`.
    ///
    /// # Errors
    /// Describes the first difference from the document.
    pub fn check(&self, exchange: &Exchange<'_>) -> Result<(), String> {
        let Some((template, item)) = self.item(exchange.path) else {
            return self.unknown(exchange, 404);
        };
        let method = match exchange.method {
            "OPTIONS" => return Ok(()),
            // A HEAD request has the same response as GET, without the body.
            "HEAD" => "GET",
            method => method,
        };
        let Some(operation) = item.get(method.to_lowercase()) else {
            return self.unknown(exchange, 405);
        };
        let at = format!("{method} {template} {}", exchange.status);
        let response = operation["responses"]
            .get(exchange.status.to_string())
            .map(|response| self.resolved(response))
            .ok_or_else(|| format!("{at}: no such status is described"))?;
        self.check_headers(&at, response, exchange)?;
        self.check_content(&at, response, exchange)?;
        if exchange.status < 300 {
            self.check_request(&at, operation, exchange)?;
        }
        Ok(())
    }

    /// Checks the refusal of an unknown path or method. The response must have this status, and a
    /// problem document as its body.
    fn unknown(&self, exchange: &Exchange<'_>, status: u16) -> Result<(), String> {
        let at = format!("{} {}", exchange.method, exchange.path);
        if exchange.status != status {
            return Err(format!(
                "{at}: not described, but answered {}",
                exchange.status
            ));
        }
        if exchange.method == "HEAD" {
            return Ok(());
        }
        let problem = json!({"$ref": "#/components/schemas/Problem"});
        self.valid(&at, &problem, &parsed(&at, exchange.answer)?)
    }

    /// The entry of `/openapi.json` for this path. A literal path takes precedence over a path with
    /// parameters.
    fn item(&self, path: &str) -> Option<(&String, &Value)> {
        let fits = |template: &str| {
            let (mut names, mut parts) = (template.split('/'), path.split('/'));
            loop {
                match (names.next(), parts.next()) {
                    (None, None) => return true,
                    (Some(name), Some(part))
                        if name == part || (name.starts_with('{') && !part.is_empty()) => {}
                    _ => return false,
                }
            }
        };
        self.paths
            .get_key_value(path)
            .or_else(|| self.paths.iter().find(|(template, _)| fits(template)))
    }

    fn resolved<'a>(&'a self, part: &'a Value) -> &'a Value {
        match part["$ref"].as_str() {
            Some(reference) => self
                .components
                .pointer(reference.trim_start_matches("#/components"))
                .unwrap_or_else(|| panic!("{reference} leads nowhere")),
            None => part,
        }
    }

    fn check_headers(
        &self,
        at: &str,
        response: &Value,
        exchange: &Exchange<'_>,
    ) -> Result<(), String> {
        let none = Map::new();
        let described = response["headers"].as_object().unwrap_or(&none);
        let is = |name: &str, other: &str| name.eq_ignore_ascii_case(other);
        for name in exchange.headers.keys().map(|name| name.as_str()) {
            let known = HEADERS_OF_EVERY_ANSWER.contains(&name);
            if !known && !described.keys().any(|other| is(name, other)) {
                return Err(format!("{at}: the header {name} is not described"));
            }
        }
        for (name, header) in described {
            let value = exchange.headers.get(name).map(|value| value.as_bytes());
            match value {
                None if header["required"] == true => {
                    return Err(format!("{at}: has no header {name}"));
                }
                None => {}
                Some(value) => {
                    let text = String::from_utf8_lossy(value).into_owned();
                    let value = match header["schema"]["type"].as_str() {
                        Some("integer") => parsed(at, value)?,
                        _ => Value::String(text),
                    };
                    self.valid(&format!("{at} header {name}"), &header["schema"], &value)?;
                }
            }
        }
        Ok(())
    }

    fn check_content(
        &self,
        at: &str,
        response: &Value,
        exchange: &Exchange<'_>,
    ) -> Result<(), String> {
        if exchange.method == "HEAD" {
            return Ok(());
        }
        let none = Map::new();
        let content = response["content"].as_object().unwrap_or(&none);
        let sent = exchange
            .headers
            .get("content-type")
            .and_then(|value| value.to_str().ok())
            .map(|value| value.split(';').next().unwrap_or("").trim());
        match (sent, exchange.answer.is_empty()) {
            (None, true) if content.is_empty() => Ok(()),
            (Some(sent), false) => {
                let media = content
                    .get(sent)
                    .ok_or_else(|| format!("{at}: {sent} is not described"))?;
                let is_json = sent.ends_with("json");
                let answer = if is_json {
                    parsed(at, exchange.answer)?
                } else {
                    let text = String::from_utf8(exchange.answer.to_vec());
                    let is_picture = sent.starts_with("image/");
                    let text = match text {
                        Err(_) if is_picture => String::new(),
                        text => text.map_err(|error| format!("{at}: no UTF-8: {error}"))?,
                    };
                    Value::String(text)
                };
                self.valid(at, &media["schema"], &answer)
            }
            (sent, _) => Err(format!("{at}: {sent:?}, but {content:?} is described")),
        }
    }

    /// Checks that `/openapi.json` allows a request that the server accepted.
    fn check_request(
        &self,
        at: &str,
        operation: &Value,
        exchange: &Exchange<'_>,
    ) -> Result<(), String> {
        let parameters = operation["parameters"].as_array();
        for (name, value) in pairs(exchange.query) {
            let parameter = parameters
                .into_iter()
                .flatten()
                .find(|parameter| parameter["in"] == "query" && parameter["name"] == name.as_str())
                .ok_or_else(|| format!("{at}: accepted the parameter {name}"))?;
            let schema = &parameter["schema"];
            let types = self.resolved(schema)["type"].to_string();
            let value = if types.contains("integer") || types.contains("boolean") {
                parsed(at, value.as_bytes())?
            } else {
                Value::String(value)
            };
            self.valid(&format!("{at} parameter {name}"), schema, &value)?;
        }
        let content = &operation["requestBody"]["content"];
        if content["application/octet-stream"].is_object() {
            return Ok(());
        }
        let schema = &content["application/json"]["schema"];
        match (schema.is_null(), exchange.body) {
            (true, b"" | b"{}") => Ok(()),
            (true, _) => Err(format!("{at}: accepted a body")),
            (false, body) => self.valid(&format!("{at} body"), schema, &parsed(at, body)?),
        }
    }

    fn valid(&self, at: &str, schema: &Value, value: &Value) -> Result<(), String> {
        let validator = self.validator(schema);
        let faults: Vec<_> = validator
            .iter_errors(value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        if faults.is_empty() {
            Ok(())
        } else {
            Err(format!("{at}: {}", faults.join("; ")))
        }
    }

    fn validator(&self, schema: &Value) -> Arc<Validator> {
        let mut validators = self.validators.lock();
        let validator = validators.entry(schema.to_string()).or_insert_with(|| {
            let mut root = schema.as_object().expect("a schema").clone();
            root.insert("components".to_owned(), self.components.clone());
            let made = jsonschema::draft202012::options()
                .should_validate_formats(true)
                .build(&Value::Object(root));
            Arc::new(made.unwrap_or_else(|error| panic!("{schema} is not a valid schema: {error}")))
        });
        Arc::clone(validator)
    }
}

/// Forbids additional properties in every object schema inside `part`.
fn close(part: &mut Value) {
    match part {
        Value::Array(parts) => parts.iter_mut().for_each(close),
        Value::Object(fields) => {
            assert!(
                !fields.contains_key("allOf"),
                "a part of a whole cannot be closed by itself: {fields:?}"
            );
            fields.values_mut().for_each(close);
            let is_object = fields.get("type") == Some(&json!("object"));
            if is_object && fields.contains_key("properties") {
                fields
                    .entry("additionalProperties")
                    .or_insert(Value::Bool(false));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn parsed(at: &str, bytes: &[u8]) -> Result<Value, String> {
    serde_json::from_slice(bytes)
        .map_err(|error| format!("{at}: no JSON: {error}: {}", String::from_utf8_lossy(bytes)))
}

/// The names and values in a URL's query string.
fn pairs(query: &str) -> Vec<(String, String)> {
    let uri = format!("/?{query}").parse().expect("it was sent");
    axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&uri)
        .expect("it was accepted")
        .0
}
