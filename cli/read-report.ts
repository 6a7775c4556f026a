// Reads reports that runs have left: by their file, or by the folder that holds it.
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { MergedReport } from '../conformance/report/merged-report.ts';
import type { Report } from '../conformance/report/report-json.ts';
import { UsageError } from './exit-codes.ts';

type AnyReport = Report | MergedReport;

/** Throws a {@link UsageError} where a path is no report. */
export async function readReports(paths: readonly string[]): Promise<readonly AnyReport[]> {
  return await Promise.all(paths.map(readReport));
}

async function readReport(path: string): Promise<AnyReport> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => null,
  );
  if (isFolder === null)
    throw new UsageError(`There is no report ${path}. Name a report.json, or the folder that holds it.`);
  const file = isFolder ? join(path, 'report.json') : path;
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null)
    throw new UsageError(`${path} holds no report.json. Name the folder that a run was given by --report.`);
  const value = parsed(text);
  if (!isReport(value)) {
    throw new UsageError(
      `${file} is no report (schemaVersion 1, with role, cases, rules and volatile). Was it written by another version?`,
    );
  }
  return value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isReport(value: unknown): value is AnyReport {
  if (typeof value !== 'object' || value === null) return false;
  const { schemaVersion, role, cases, volatile, rules, parts } = value as { readonly [key: string]: unknown };
  const isWhole = Array.isArray(cases) && Array.isArray(rules) && typeof volatile === 'object' && volatile !== null;
  return schemaVersion === 1 && isWhole && (role === 'several' ? Array.isArray(parts) : typeof role === 'string');
}
