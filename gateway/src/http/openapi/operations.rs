//! Iterates over the operations (method and path) of the OpenAPI document.

use serde_json::Value;

/// Returns each operation of the document with its HTTP method and path.
pub(super) fn operations(
    document: &mut Value,
) -> impl Iterator<Item = (String, String, &mut Value)> {
    let paths = document["paths"].as_object_mut().expect("paths");
    paths.iter_mut().flat_map(|(path, item)| {
        let item = item.as_object_mut().expect("operations by their methods");
        item.iter_mut()
            .map(|(method, operation)| (method.to_uppercase(), path.clone(), operation))
    })
}
