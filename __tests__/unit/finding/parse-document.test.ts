import { parseDocument } from '../../../domain/finding/parse-document';
import { parseRecord } from '../../../domain/finding/parse-record';
import { inspectorEvent, inspectorFinding } from './inspector-sample';

const SOURCE = { name: 'x.json' };

describe('the format of a document', () => {
  it('an event and a finding are one record each, also where they carry keys of other formats', () => {
    expect(parseDocument(inspectorEvent(), SOURCE)).toEqual({ records: 1, ...parseRecord(inspectorEvent()) });
    const finding = { ...inspectorFinding(), sbom: {}, bomFormat: 'CycloneDX', SchemaVersion: 2, Results: [] };
    expect(parseDocument(finding, SOURCE).findings).toEqual(parseRecord(inspectorFinding()).findings);
  });

  it.each([undefined, null, 7, 'text', [], {}, { sbom: 7 }, { SchemaVersion: 2 }])('%j is none', (value) => {
    expect(parseDocument(value, SOURCE)).toMatchObject({ records: 1, findings: [], problems: [{ path: '' }] });
  });
});
