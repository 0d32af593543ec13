// A minimal document for tests without a browser. Components can be rendered into it, and tests can click their elements.

import { options, render, type ComponentChildren } from 'preact'

type Listener = (this: TestElement, event: object) => void

class TestNode {
  parentNode: TestElement | null = null
  readonly childNodes: TestNode[] = []
  readonly nodeType: number
  readonly localName: string
  data: string
  constructor(nodeType: number, localName: string, data = '') {
    this.nodeType = nodeType
    this.localName = localName
    this.data = data
  }
  get nextSibling(): TestNode | null {
    const all = this.parentNode?.childNodes ?? []
    return all[all.indexOf(this) + 1] ?? null
  }
  get firstChild(): TestNode | null { return this.childNodes[0] ?? null }
  get ownerDocument(): object { return owner }
  get textContent(): string { return this.nodeType === 3 ? this.data : this.childNodes.map((one) => one.textContent).join('') }
  remove(): void {
    const all = this.parentNode?.childNodes ?? []
    if (this.parentNode !== null) all.splice(all.indexOf(this), 1)
    this.parentNode = null
  }
}

export class TestElement extends TestNode {
  readonly attributes = new Map<string, string>()
  readonly style = {}
  readonly namespaceURI = 'http://www.w3.org/1999/xhtml'
  private readonly listeners = new Map<string, Listener>()
  /** The value of a form field. Unused for other elements. */
  value: unknown = ''
  checked = false
  constructor(localName: string) { super(1, localName) }
  insertBefore(node: TestNode, before: TestNode | null): TestNode {
    node.remove()
    node.parentNode = this
    this.childNodes.splice(before === null ? this.childNodes.length : this.childNodes.indexOf(before), 0, node)
    return node
  }
  appendChild(node: TestNode): TestNode { return this.insertBefore(node, null) }
  removeChild(node: TestNode): void { node.remove() }
  contains(): boolean { return true }
  setAttribute(name: string, value: unknown): void { this.attributes.set(name, String(value)) }
  removeAttribute(name: string): void { this.attributes.delete(name) }
  addEventListener(name: string, listener: Listener): void { this.listeners.set(name.toLowerCase(), listener) }
  removeEventListener(name: string): void { this.listeners.delete(name.toLowerCase()) }
  attribute(name: string): string | null { return this.attributes.get(name) ?? null }
  /** All descendants with this element name, in document order. */
  all(localName: string): readonly TestElement[] {
    return this.childNodes.flatMap((one) => (one instanceof TestElement ? [...(one.localName === localName ? [one] : []), ...one.all(localName)] : []))
  }
  one(localName: string): TestElement {
    const [first] = this.all(localName)
    if (first === undefined) throw new Error(`no ${localName}`)
    return first
  }
  /** Calls the element's listener for the event, then renders the changes. */
  fire(type: string): void {
    const listener = this.listeners.get(type)
    if (listener === undefined) throw new Error(`${this.localName} does not hear ${type}`)
    listener.call(this, { type, currentTarget: this, target: this })
    draw()
  }
}

const owner = {
  createElementNS: (_space: string, name: string) => new TestElement(name),
  createElement: (name: string) => new TestElement(name),
  createTextNode: (text: string) => new TestNode(3, '#text', text),
}

const waiting: (() => void)[] = []
/** Renders all pending changes. */
export function draw(): void {
  while (waiting.length > 0) for (const one of waiting.splice(0)) one()
}

/** Renders `children` into a new root element. `set` renders other children instead. */
export function rendered(children: ComponentChildren): { readonly root: TestElement; set(children: ComponentChildren): void } {
  options.debounceRendering = (run) => { waiting.push(run) }
  const root = new TestElement('div')
  const set = (next: ComponentChildren) => {
    // `TestElement` has only what the renderer needs, so the compiler would not accept it as an argument of `render`. `Reflect.apply`
    // avoids the type check.
    const parts: unknown[] = [next, root]
    Reflect.apply(render, undefined, parts)
    draw()
  }
  set(children)
  return { root, set }
}
