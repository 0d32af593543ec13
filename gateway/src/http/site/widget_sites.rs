//! The sites whose pages may embed the widget: those of the instance's configuration, and those
//! that an admin has added. Every instance knows an added site within seconds.

use std::sync::Arc;

use crate::config::{Config, Origin};
use crate::services::DeskSettings;

/// The configured sites, and the settings that have the added ones.
pub(in crate::http) struct WidgetSites {
    configured: Vec<Origin>,
    /// `None` until the database has answered for the first time.
    settings: Option<Arc<DeskSettings>>,
}

impl WidgetSites {
    pub(in crate::http) fn new(config: &Config, settings: Option<Arc<DeskSettings>>) -> Self {
        Self {
            configured: config.pages.widget_sites.clone(),
            settings,
        }
    }

    /// All sites that may embed the widget. Stored texts that are not origins, written with SQL,
    /// are ignored.
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
