// `wirepact report`: several reports as one, and what changed from one to another.
import type { Command } from 'commander';
import type { CommandContext } from './commands.ts';
import { exitCodes } from './exit-codes.ts';

const examples = `
Examples:
  wirepact report merge reports/fastapi reports/channels --out reports/all
  wirepact report diff main/report.json reports/report.json`;

const mergeExamples = `
Examples:
  wirepact report merge reports/fastapi reports/channels --out reports/all`;

const diffExamples = `
Examples:
  wirepact report diff main/report.json reports/report.json      exit code 1 where a MUST newly fails`;

export function addReport(program: Command, { io, exit }: CommandContext): void {
  const report = program.command('report').description('work with the reports of runs').addHelpText('after', examples);
  report
    .command('merge <report...>')
    .description('make one report of several: report.json, JUnit XML, Markdown and a page')
    .requiredOption('--out <dir>', 'folder of the merged report; each single one goes into a folder below')
    .addHelpText('after', mergeExamples)
    .action(async (paths: readonly string[], { out }: { readonly out: string }) => {
      const [{ readReports }, { writeMerged }, { singleReports }] = await Promise.all([
        import('./read-report.ts'),
        import('./merge-reports.ts'),
        import('../conformance/report/merged-report.ts'),
      ]);
      const merged = await writeMerged((await readReports(paths)).flatMap(singleReports), out);
      for (const { target, role, headline, folder } of merged.parts)
        io.print(`${folder}  ${role} ${target.name}: ${headline}`);
      io.print(`Report: ${out}`);
      exit(merged.exitCode);
    });
  report
    .command('diff <old> <new>')
    .description('say which cases newly fail, and which pass again')
    .option('--json', 'print the difference as JSON')
    .addHelpText('after', diffExamples)
    .action(async (old: string, now: string, { json }: { readonly json?: boolean }) => {
      const [{ readReports }, { diffReports }] = await Promise.all([
        import('./read-report.ts'),
        import('../conformance/report/diff.ts'),
      ]);
      const [before, after] = await readReports([old, now]);
      const diff = diffReports(before!, after!);
      if (json === true) io.print(JSON.stringify(diff, null, 2));
      else {
        const { diffLines } = await import('./diff-lines.ts');
        for (const line of diffLines(diff, io)) io.print(line);
      }
      exit(diff.newlyFailing.length > 0 ? exitCodes.failed : exitCodes.ok);
    });
}
