// Creates one editor of saved replies for each signed-in client.

import { createTeamRest } from '../rest/team.ts'
import type { Client } from './client.ts'
import { keptTexts } from './kept-text.ts'
import { createReplyEditor } from './reply-editor.ts'
import { keptFor } from './resource.ts'

export const replyEditorFor = keptFor((client: Client) => {
  const rest = createTeamRest(client.rest)
  return createReplyEditor({
    list: rest.replies,
    save: rest.saveReply,
    knowsFolders: () => client.rest.features().includes('reply_folders'),
    kept: keptTexts(client.identity.id, 'settings.replies', client.storage),
  })
})
