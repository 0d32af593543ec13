// Creates the draft of the desk's widget setting, which admins edit.

import { createTeamRest } from '../rest/team.ts'
import type { Client } from './client.ts'
import { keptText } from './kept-text.ts'
import { keptFor } from './resource.ts'
import { createSettingDraft, type SettingDraft } from './setting-draft.ts'
import { originOf, parseWidgetDraft, widgetDraftOf, widgetOf, type WidgetDraft } from './widget-setting.ts'

export type WidgetStore = SettingDraft<WidgetDraft>

export const widgetFor = keptFor((client: Client): WidgetStore => {
  const rest = createTeamRest(client.rest)
  return createSettingDraft({
    load: rest.settings,
    draftOf: widgetDraftOf,
    normal: (draft) => widgetDraftOf({ widget: widgetOf(draft) }),
    lists: { sites: (site) => originOf(String(site)) ?? String(site) },
    parse: parseWidgetDraft,
    kept: keptText(client.identity.id, 'settings.widget', client.storage),
    send: (draft, { etags }) => rest.saveSetting('widget', widgetOf(draft), etags),
  })
})
