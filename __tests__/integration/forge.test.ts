import { mkdir, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runChecked, runCommand } from '../../adapters/local/run-command';
import { parseDeb822Sources, parseOneLineSources } from '../../demo/apt-sources';
import { cached, withTempDir } from '../../demo/cache';
import { newerCves } from '../../demo/changelog-cves';
import { parseStanzas, sourceOf } from '../../demo/deb822';
import { toJsonLines } from '../../demo/inspector-events';
import { debianBase } from '../support/forge/debian-base';
import { dnfBase } from '../support/forge/dnf-base';
import { offlineDebBase } from '../support/forge/offline-deb-base';
import { describeWithTools } from '../support/requires-tool';

describe('apt sources of the machine', () => {
  it('reads the one-line format, with options and comments', () => {
    const text =
      '# deb http://no.example x main\ndeb [arch=amd64 signed-by=/k] http://a.example/d s main contrib # c\n';
    expect(parseOneLineSources(text)).toEqual([
      { uri: 'http://a.example/d', suite: 's', components: ['main', 'contrib'] },
    ]);
  });

  it('reads the deb822 format: every pair of address and suite, nothing that is disabled or source only', () => {
    const text = [
      'Types: deb deb-src\n# comment\nURIs: http://a.example/d\nSuites: s s-updates\nComponents: main\nSigned-By:\n -----BEGIN',
      'Types: deb\nURIs: http://b.example\nSuites: s\nComponents: main\nEnabled: no',
      'Types: deb-src\nURIs: http://c.example\nSuites: s\nComponents: main',
    ].join('\n\n');
    expect(parseDeb822Sources(text)).toEqual([
      { uri: 'http://a.example/d', suite: 's', components: ['main'] },
      { uri: 'http://a.example/d', suite: 's-updates', components: ['main'] },
    ]);
  });
});

describe('the cache of roots', () => {
  it('removes entries that were not used for 14 days when it makes a new one, and nothing that is not its own', async () => {
    await withTempDir(async (directory) => {
      const make = async (entry: string): Promise<void> => {
        await writeFile(join(entry, 'made'), '');
      };
      const old = new Date(Date.now() - 15 * 24 * 60 * 60 * 1000);
      for (const key of ['used', 'unused']) await utimes(await cached(directory, key, make), old, old);
      await mkdir(join(directory, 'foreign'));
      await utimes(join(directory, 'foreign'), old, old);
      await cached(directory, 'used', make);
      const fresh = await cached(directory, 'fresh', make);
      expect((await readdir(directory)).sort()).toEqual(['foreign', 'fresh.forge', 'used.forge']);
      expect(await readdir(fresh)).toEqual(['made']);
    });
  });
});

describeWithTools(['dpkg'], 'CVE ids in a changelog', () => {
  it('takes those of entries newer than the installed version only', async () => {
    const entry = (version: string, cve: string): string =>
      `tiny (${version}) bookworm-security; urgency=high\n\n  * Fix ${cve}.\n\n -- A <a@example.com>  Thu, 01 Jan 2026 00:00:00 +0000\n\n`;
    const changelog =
      entry('1.0-1+deb12u3', 'CVE-2026-0003') +
      entry('1.0-1+deb12u2', 'CVE-2026-0002') +
      entry('1.0-1', 'CVE-2026-0001');
    expect(await newerCves(changelog, '1.0-1')).toEqual(['CVE-2026-0002', 'CVE-2026-0003']);
    expect(await newerCves(changelog, '1.0-1+deb12u2')).toEqual(['CVE-2026-0003']);
  });
});

describeWithTools(['mmdebstrap', 'apt-get', 'dpkg'], 'a real Debian base', () => {
  it('has pending security updates of at least 15 sources, some with several binaries', async () => {
    const { tar, pending } = await debianBase();
    expect((await stat(tar)).size).toBeLessThan(400_000_000);
    expect(pending.length).toBeGreaterThanOrEqual(15);
    const several = pending.filter(({ binaries }) => binaries.length > 1);
    expect(several.length).toBeGreaterThanOrEqual(5);
    expect(several.find(({ source }) => source === 'openssl')?.binaries.map(({ binary }) => binary)).toEqual([
      'libssl3',
      'openssl',
    ]);
    const status = await installedIn(tar);
    for (const { source, installedSource, candidateSource, binaries } of pending) {
      expect(await isNewer(candidateSource, installedSource)).toBe(true);
      for (const { binary, installed } of binaries) {
        expect(status.get(binary)).toEqual({ version: installed, source, sourceVersion: installedSource });
      }
    }
  });

  it('names main and security archive in its own sources', async () => {
    const { tar } = await debianBase();
    const sources = parseOneLineSources(await runChecked('tar', ['-xOf', tar, './etc/apt/sources.list']));
    expect(sources.map(({ suite }) => suite)).toEqual(['bookworm', 'bookworm-security']);
  });

  it('gives findings by source package, one for each vulnerability, each with a floor', async () => {
    const { pending, events } = await debianBase();
    const packages = events.flatMap(({ detail }) => detail.packageVulnerabilityDetails.vulnerablePackages);
    expect(new Set(packages.map(({ name }) => name))).toEqual(new Set(pending.map(({ source }) => source)));
    expect(packages.every(({ fixedInVersion }) => /^\d+:./.test(fixedInVersion))).toBe(true);
    const ids = events.map(({ detail }) => detail.packageVulnerabilityDetails.vulnerabilityId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(events.map(({ detail }) => detail.findingArn)).size).toBe(ids.length);
    expect(toJsonLines(events).split('\n')).toHaveLength(events.length + 1);
  });
});

describeWithTools(['mmdebstrap', 'dpkg-deb', 'dpkg-scanpackages'], 'an offline deb base', () => {
  it('has the old versions installed and the newer ones in its repository', async () => {
    const base = await offlineDebBase();
    const status = await installedIn(base.tar);
    for (const { name, source, installed, installedSource } of base.packages) {
      expect(status.get(name)).toEqual({ version: installed, source, sourceVersion: installedSource });
    }
    const index = parseStanzas(await runChecked('tar', ['-xOf', base.tar, './srv/repo/Packages']));
    const offered = new Map(index.map((stanza) => [stanza.get('Package'), stanza.get('Version')]));
    for (const { name, available, installed } of base.packages) expect(offered.get(name)).toBe(available ?? installed);
    expect(base.packages.map(({ name }) => name)).toEqual([
      'forge-single',
      'libforge-pair1',
      'forge-pair-utils',
      'libforge-trio2',
      'libforge-trio-common',
      'forge-trio',
      'forge-stale',
    ]);
  });

  it('lists a package whose file is missing', async () => {
    const base = await offlineDebBase({ missingFile: ['libforge-pair1'] });
    const members = (await runChecked('tar', ['-tf', base.tar])).split('\n');
    const debs = members.filter((name) => name.endsWith('.deb')).map((name) => name.slice('./srv/repo/'.length));
    expect(debs).toContain('forge-pair-utils_2.4.0-3+deb12u2_all.deb');
    expect(debs.some((name) => name.startsWith('libforge-pair1_'))).toBe(false);
    expect(await runChecked('tar', ['-xOf', base.tar, './srv/repo/Packages'])).toContain(
      '\nFilename: ./libforge-pair1_',
    );
  });

  it('makes findings by source package with the floor that is asked for', async () => {
    const base = await offlineDebBase();
    const events = base.eventsFor([{ source: 'forge-pair', floor: '1:9.9-1', vulnerabilities: ['CVE-2026-1'] }]);
    expect(events.map(({ detail }) => detail.packageVulnerabilityDetails.vulnerablePackages)).toEqual([
      [
        {
          name: 'forge-pair',
          version: '2.4.0',
          epoch: 1,
          packageManager: 'OS',
          fixedInVersion: '1:9.9-1',
          release: '3',
          arch: 'ALL',
          remediation: 'apt-get update && apt-get upgrade',
        },
      ],
    ]);
    expect(base.eventsFor([{ source: 'forge-stale' }])[0]?.detail.fixAvailable).toBe('NO');
    expect(base.eventsFor()).toHaveLength(3);
  });
});

describeWithTools(['mmdebstrap', 'rpmbuild', 'createrepo_c', 'rpm'], 'a dnf base', () => {
  it('has the old versions in its rpm database and looks like Amazon Linux', async () => {
    const base = await dnfBase();
    await withTempDir(async (directory) => {
      await runChecked('tar', [
        '-xf',
        base.tar,
        '-C',
        directory,
        './var/lib/rpm',
        './usr/lib/os-release',
        './srv/repo',
      ]);
      const format = '%{NAME} %|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\n';
      const list = await runChecked('rpm', ['-qa', '--dbpath', join(directory, 'var/lib/rpm'), '--qf', format]);
      const found = list.split('\n').filter((line) => line.includes('forge-'));
      expect(found.sort()).toEqual(base.packages.map(({ name, installed }) => `${name} ${installed}`).sort());
      expect(await runChecked('cat', [join(directory, 'usr/lib/os-release')])).toContain('ID="amzn"\n');
      expect((await stat(join(directory, 'srv/repo/repodata/repomd.xml'))).isFile()).toBe(true);
    });
  });

  it('makes findings by binary package', async () => {
    const [event] = (await dnfBase()).eventsFor([{ source: 'forge-pair' }]);
    expect(event?.detail.packageVulnerabilityDetails.vulnerablePackages).toEqual(
      ['forge-pair', 'forge-pair-libs'].map((name) => ({
        name,
        version: '2.4.0',
        epoch: 1,
        packageManager: 'OS',
        fixedInVersion: '1:2.4.0-3.amzn2023.0.10',
        release: '3.amzn2023.0.1',
        arch: 'NOARCH',
        remediation: `dnf update ${name}`,
      })),
    );
  });
});

async function installedIn(
  tar: string,
): Promise<Map<string, { version: string; source: string; sourceVersion: string }>> {
  const stanzas = parseStanzas(await runChecked('tar', ['-xOf', tar, './var/lib/dpkg/status']));
  return new Map(
    stanzas.map((stanza) => [
      stanza.get('Package') ?? '',
      { version: stanza.get('Version') ?? '', ...sourceOf(stanza) },
    ]),
  );
}

async function isNewer(version: string, than: string): Promise<boolean> {
  return (await runCommand('dpkg', ['--compare-versions', version, 'gt', than])).code === 0;
}
