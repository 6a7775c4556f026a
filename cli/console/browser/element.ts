// Makes elements: properties, then children; text is always text.
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Partial<HTMLElementTagNameMap[Tag]> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** A control under its label. */
export function labelled<Control extends HTMLElement>(text: string, control: Control): HTMLLabelElement {
  return element('label', {}, element('span', {}, text), control);
}

export function choice(options: readonly { readonly value: string; readonly text: string }[]): HTMLSelectElement {
  return element('select', {}, ...options.map(({ value, text }) => element('option', { value, textContent: text })));
}
