//! The sites whose pages may show the widget: those of the instance's own settings, and those that an admin has added, which are known within
//! seconds on every instance.

use std::sync::Arc;

use crate::config::{Config, Origin};
use crate::services::DeskSettings;

/// Those sites.
pub(in crate::http) struct WidgetSites {
    configured: Vec<Origin>,
    /// None: the database has not answered yet.
    settings: Option<Arc<DeskSettings>>,
}

impl WidgetSites {
    pub(in crate::http) fn new(config: &Config, settings: Option<Arc<DeskSettings>>) -> Self {
        Self {
            configured: config.pages.widget_sites.clone(),
            settings,
        }
    }

    /// All of them. What SQL has put there and is no origin is none.
    pub(super) async fn all(&self) -> Vec<Origin> {
        let mut sites = self.configured.clone();
        if let Some(settings) = &self.settings {
            let widget = settings.widget().await;
            let added = widget.sites.iter().filter_map(|site| site.parse().ok());
            sites.extend(added.filter(|site| !self.configured.contains(site)));
        }
        sites
    }
}
