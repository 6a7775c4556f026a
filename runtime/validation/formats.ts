// The formats of JSON Schema draft-07 that a contract may use, besides those of dates and times. A format without a row
// here is an annotation and checks nothing.

/** RFC 4122: 32 hexadecimal digits in groups of 8, 4, 4, 4 and 12, of any version. */
export function isUuid(text: string): boolean {
  if (text.length !== 36) return false;
  for (let i = 0; i < 36; i++) {
    const code = text.charCodeAt(i);
    if (i === 8 || i === 13 || i === 18 || i === 23) {
      if (code !== 45) return false;
    } else if (!((code >= 48 && code <= 57) || ((code | 32) >= 97 && (code | 32) <= 102))) return false;
  }
  return true;
}

const URI_CHARACTERS = /^(?:[!#$&-;=?-Z_a-z~[\]]|%[\dA-Fa-f]{2})*$/;

/** RFC 3986: with a scheme. */
export function isUri(text: string): boolean {
  return /^[A-Za-z][A-Za-z\d+.-]*:/.test(text) && isUriReference(text);
}

/** RFC 3986: with or without a scheme. */
export function isUriReference(text: string): boolean {
  if (!URI_CHARACTERS.test(text)) return false;
  const hash = text.indexOf('#');
  if (hash !== text.lastIndexOf('#')) return false;
  // Brackets stand only around an IP literal in the authority.
  const authority = /^(?:[A-Za-z][A-Za-z\d+.-]*:)?\/\/([^/?#]*)/.exec(text)?.[1];
  if (authority !== undefined && !isAuthority(authority)) return false;
  const rest = authority === undefined ? text : text.replace(authority, '');
  const firstSegment = /^[^/?#]*/.exec(text)?.[0] ?? '';
  const hasBadScheme = firstSegment.includes(':') && !/^[A-Za-z][A-Za-z\d+.-]*:/.test(firstSegment);
  return !/[[\]]/.test(rest) && !hasBadScheme;
}

function isAuthority(authority: string): boolean {
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const user = authority.slice(0, Math.max(0, authority.lastIndexOf('@')));
  if (/[@[\]]/.test(user)) return false;
  const literal = /^\[([^\]]*)\](?::\d*)?$/.exec(host)?.[1];
  if (literal !== undefined) return isIpv6(literal) || /^v[\dA-Fa-f]+\.[\w.~!$&'()*+,;=:-]+$/i.test(literal);
  return /^[^:[\]]*(?::\d*)?$/.test(host);
}

/** RFC 5321 section 4.1.2, with a dot-atom or quoted local part and a host name or address literal. */
export function isEmail(text: string): boolean {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, Math.max(0, at));
  const domain = text.slice(at + 1);
  if (at < 1 || local.length > 64) return false;
  const isDotAtom = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/.test(local);
  const isQuoted = /^"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\[\x20-\x7e])*"$/.test(local);
  if (!isDotAtom && !isQuoted) return false;
  const literal = /^\[(.*)\]$/.exec(domain)?.[1];
  if (literal === undefined) return isHostname(domain);
  return literal.startsWith('IPv6:') ? isIpv6(literal.slice(5)) : isIpv4(literal);
}

/** RFC 1123: labels of 1 to 63 letters, digits and inner hyphens; 253 characters in all. */
export function isHostname(text: string): boolean {
  if (text.length > 253) return false;
  return /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?)*$/i.test(text);
}

/** RFC 2673 section 3.2: four decimal numbers from 0 to 255, without leading zeros. */
export function isIpv4(text: string): boolean {
  return /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/.test(text);
}

/** RFC 4291 section 2.2. */
export function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  let groups = 0;
  for (const [index, half] of halves.entries()) {
    if (half === '') continue;
    const parts = half.split(':');
    for (const [position, part] of parts.entries()) {
      const isLast = index === halves.length - 1 && position === parts.length - 1;
      if (isLast && part.includes('.')) {
        if (!isIpv4(part)) return false;
        groups += 2;
      } else if (/^[\dA-Fa-f]{1,4}$/.test(part)) groups++;
      else return false;
    }
  }
  return halves.length === 2 ? groups <= 7 : groups === 8;
}

/** RFC 6901. */
export function isJsonPointer(text: string): boolean {
  return /^(?:\/(?:[^~/]|~[01])*)*$/.test(text);
}

/** A regular expression of ECMA 262. */
export function isRegex(text: string): boolean {
  try {
    new RegExp(text, 'u');
    return true;
  } catch {
    return false;
  }
}
