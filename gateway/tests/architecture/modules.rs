//! Finds the modules of `gateway/src` and the paths that they use, with a Rust parser. It considers
//! paths that start with `crate`, `self` or `super`, in `use` items and in code. It follows each
//! path through re-exports to the file that defines its target.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use syn::visit::{self, Visit};
use syn::{Item, ItemMod, ItemUse, UseTree, Visibility};

/// The path of a module: a list of names, starting below the crate's root.
pub type ModulePath = Vec<String>;

/// One source file and the paths in it.
#[derive(Default)]
pub struct Module {
    /// Path of the file, relative to `src`.
    pub file: String,
    /// The absolute paths that the file uses, except paths that it only re-exports.
    pub named: BTreeSet<ModulePath>,
    /// The absolute paths that the file re-exports, by name.
    reexports: BTreeMap<String, ModulePath>,
}

/// All source files, by module path.
pub struct Modules(pub BTreeMap<ModulePath, Module>);

impl Modules {
    /// Parses all sources under a directory.
    pub fn read(src: &Path) -> Self {
        let mut files = Vec::new();
        crate::sources(src, &["rs"], &mut files);
        let of = |path: &std::path::PathBuf| {
            let file = path.strip_prefix(src).unwrap().to_string_lossy();
            (file.replace('\\', "/"), fs::read_to_string(path).unwrap())
        };
        Self::parse(files.iter().map(of))
    }

    /// Like [`Self::read`], but takes the files' names and texts as arguments.
    pub fn parse(files: impl IntoIterator<Item = (String, String)>) -> Self {
        let parsed = files.into_iter().map(|(file, text)| {
            let place = place_of(&file);
            let mut reader = Reader {
                place: place.clone(),
                module: Module {
                    file,
                    ..Module::default()
                },
            };
            let code = syn::parse_file(&text).unwrap_or_else(|error| panic!("{place:?}: {error}"));
            reader.visit_file(&code);
            (place, reader.module)
        });
        Self(parsed.collect())
    }

    /// The modules to which a path leads: each file that re-exports the path's target, and last the
    /// file that defines it.
    pub fn leads_to(&self, named: &ModulePath) -> Vec<&ModulePath> {
        let mut places = Vec::new();
        let mut path = named.clone();
        // Follow at most eight re-exports of re-exports; real code has far fewer.
        for _ in 0..8 {
            let Some((place, module, name)) = self.deepest(&path) else {
                return places;
            };
            places.push(place);
            let onward =
                name.and_then(|name| module.reexports.get(&path[name]).map(|to| (name, to)));
            let Some((name, to)) = onward else {
                return places;
            };
            path = to.iter().chain(&path[name + 1..]).cloned().collect();
        }
        places
    }

    /// The deepest module on this path, and the index of the first name in the path that is
    /// not a module.
    fn deepest(&self, path: &ModulePath) -> Option<(&ModulePath, &Module, Option<usize>)> {
        (0..=path.len()).rev().find_map(|length| {
            let (place, module) = self.0.get_key_value(&path[..length])?;
            Some((place, module, (length < path.len()).then_some(length)))
        })
    }

    /// For each file, the files that it depends on: those that define what it uses.
    pub fn needs(&self) -> BTreeMap<&ModulePath, BTreeSet<&ModulePath>> {
        let needed = |(place, module): (_, &Module)| {
            let ends = module
                .named
                .iter()
                .filter_map(|named| self.leads_to(named).pop());
            (place, ends.filter(|end| *end != place).collect())
        };
        self.0.iter().map(needed).collect()
    }
}

fn place_of(file: &str) -> ModulePath {
    let stem = file.trim_end_matches(".rs");
    let mut place: ModulePath = stem.split('/').map(str::to_owned).collect();
    if place
        .last()
        .is_some_and(|last| ["mod", "lib", "main"].contains(&&**last))
    {
        place.pop();
    }
    place
}

struct Reader {
    /// The path of the module that is being visited, which may be an inline module.
    place: ModulePath,
    module: Module,
}

impl Reader {
    /// Converts a written path to a path from the crate's root. Returns `None` if the path leaves
    /// the crate.
    fn absolute(&self, written: &[String]) -> Option<ModulePath> {
        let mut rest = written;
        let mut place = match rest.first()?.as_str() {
            "crate" => Vec::new(),
            "self" | "super" => self.place.clone(),
            _ => return None,
        };
        while let Some(first) = rest.first() {
            match first.as_str() {
                "crate" | "self" => {}
                "super" => drop(place.pop()),
                _ => break,
            }
            rest = &rest[1..];
        }
        place.extend(rest.iter().cloned());
        Some(place)
    }

    fn uses(&mut self, tree: &UseTree, before: &[String], passes_on: bool) {
        match tree {
            UseTree::Path(path) => {
                let before = [before, &[path.ident.to_string()]].concat();
                self.uses(&path.tree, &before, passes_on);
            }
            UseTree::Name(name) => self.use_one(before, &name.ident.to_string(), None, passes_on),
            UseTree::Rename(name) => {
                let as_name = name.rename.to_string();
                self.use_one(before, &name.ident.to_string(), Some(as_name), passes_on);
            }
            UseTree::Glob(_) => self.use_one(before, "*", None, passes_on),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.uses(tree, before, passes_on);
                }
            }
        }
    }

    fn use_one(&mut self, before: &[String], name: &str, renamed: Option<String>, passes_on: bool) {
        let mut written = before.to_vec();
        if name != "self" {
            written.push(name.to_owned());
        }
        // If the path has no absolute form, it starts with a child module: `use hub::Hub` in the
        // file that declares `mod hub`.
        let absolute = self
            .absolute(&written)
            .unwrap_or_else(|| self.place.iter().chain(&written).cloned().collect());
        let called = renamed
            .or_else(|| written.last().cloned())
            .unwrap_or_default();
        if passes_on {
            self.module.reexports.insert(called, absolute);
        } else if self.absolute(&written).is_some() || !before.is_empty() {
            self.module.named.insert(absolute);
        }
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let passes_on = !matches!(item.vis, Visibility::Inherited);
        self.uses(&item.tree, &[], passes_on);
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        let Some((_, items)) = &item.content else {
            return;
        };
        self.place.push(item.ident.to_string());
        for item in items {
            // A `pub use` in an inline module re-exports under the inline module's path, so do not
            // count it as a re-export of the file.
            if let Item::Use(item) = item {
                self.uses(&item.tree, &[], false);
            } else {
                self.visit_item(item);
            }
        }
        self.place.pop();
    }

    /// Ignores the path in `pub(super)`, which is no dependency on the parent module.
    fn visit_vis_restricted(&mut self, _: &'ast syn::VisRestricted) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let written: Vec<_> = path
            .segments
            .iter()
            .map(|one| one.ident.to_string())
            .collect();
        // A file may also use a name that it re-exports.
        if let Some(own) = written
            .first()
            .and_then(|first| self.module.reexports.get(first))
        {
            let own = own.clone();
            self.module.named.insert(own);
        }
        if let Some(absolute) = self.absolute(&written) {
            self.module.named.insert(absolute);
        } else if written.len() > 1 {
            // In the file that declares `mod hub`, the path `hub::start()` starts with a child
            // module.
            self.module
                .named
                .insert(self.place.iter().chain(&written).cloned().collect());
        }
        visit::visit_path(self, path);
    }

    /// Visits the `use` items first, because a name may occur above the `use` that imports it.
    fn visit_file(&mut self, file: &'ast syn::File) {
        for item in &file.items {
            if let Item::Use(item) = item {
                self.visit_item_use(item);
            }
        }
        visit::visit_file(self, file);
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        // A macro's content is only tokens, so search its text for paths.
        let text = mac.tokens.to_string().replace(' ', "");
        for rest in text.split("crate::").skip(1) {
            let path = rest
                .split(|c: char| !(c.is_alphanumeric() || "_:".contains(c)))
                .next();
            let path: ModulePath = path
                .unwrap_or_default()
                .split("::")
                .filter(|one| !one.is_empty())
                .map(str::to_owned)
                .collect();
            self.module.named.insert(path);
        }
        visit::visit_macro(self, mac);
    }
}
