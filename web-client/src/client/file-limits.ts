// Which of the chosen files a message can have. The person learns at once which ones it cannot have, before anything is uploaded.

export interface FileLimits {
  /** Maximum files of one message. */
  readonly count: number
  /** Maximum bytes of one file. */
  readonly bytes: number
}

export type TurnedAwayFor = 'many' | 'large' | 'empty' | 'folder'

export interface Chosen {
  readonly name: string
  readonly size: number
  readonly isFolder?: boolean
}

/** Divides the chosen files into those that are added and those that are not, with the reason. `taken`: how many the message has. */
export function sorted<F extends Chosen>(chosen: readonly F[], taken: number, limits: FileLimits): { readonly added: readonly F[]; readonly away: readonly { readonly name: string; readonly why: TurnedAwayFor }[] } {
  const added: F[] = []
  const away: { readonly name: string; readonly why: TurnedAwayFor }[] = []
  for (const file of chosen) {
    const why = file.isFolder === true ? 'folder' : file.size === 0 ? 'empty' : file.size > limits.bytes ? 'large' : taken + added.length >= limits.count ? 'many' : null
    if (why === null) added.push(file)
    else away.push({ name: file.name, why })
  }
  return { added, away }
}
