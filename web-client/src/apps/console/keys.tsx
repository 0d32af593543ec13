import type { Preferences } from '../../client/preferences.ts'
import { t, type StringKey } from '../../locales/index.ts'
import '../../locales/keys.ts'
import { T } from '../../testids.ts'
import { Dialog } from '../../ui/kit/dialog.tsx'

const KEYS: readonly (readonly [string, StringKey])[] = [
  ['j', 'keys.next'], ['k', 'keys.previous'], ['Enter', 'keys.open'], ['J', 'keys.open_next'], ['K', 'keys.open_previous'], ['x', 'keys.select'], ['X', 'keys.range'], ['r', 'keys.reply'], ['n', 'keys.note'],
  ['a', 'keys.take'], ['e', 'keys.resolve'], ['u', 'keys.unread'], ['z', 'keys.undo'], ['/', 'keys.search'], ['Esc', 'keys.leave'], ['Ctrl K', 'keys.palette'], ['?', 'keys.help'],
  ['Ctrl Shift Enter', 'keys.send_resolve'], ['Ctrl Z', 'keys.undo_send'], ['↑', 'keys.edit_last'],
]

export function Keys({ preferences, onClose }: { readonly preferences: Preferences; readonly onClose: () => void }) {
  return (
    <Dialog title={t('keys.title')} onClose={onClose} testid={T.keys}>
      <dl class="keys">
        {KEYS.map(([key, what]) => <div key={key}><dt><kbd>{key}</kbd></dt><dd>{t(what)}</dd></div>)}
      </dl>
      <label class="check"><input type="checkbox" checked={preferences.keys.value} onChange={(event) => { preferences.keys.value = event.currentTarget.checked }} /><span>{t('keys.on')}</span></label>
    </Dialog>
  )
}
