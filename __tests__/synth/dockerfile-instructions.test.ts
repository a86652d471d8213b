import { dockerfileInstructions } from '../../modules/image-pipeline/dockerfile-instructions';

/** Each instruction with the lines it takes, the last one among them, counted from 1. */
function instructionsOf(...lines: readonly string[]): readonly (readonly [string, string, string])[] {
  return dockerfileInstructions(lines).map(({ keyword, value, start, end }) => [keyword, value, `${start + 1}-${end}`]);
}

it('an instruction per line, in capitals; comments and empty lines are none', () => {
  expect(instructionsOf('# a comment', '', 'from debian', '  user app ', ' # USER x', 'ONBUILD USER y', '')).toEqual([
    ['FROM', 'debian', '3-3'],
    ['USER', 'app', '4-4'],
    ['ONBUILD', 'USER y', '6-6'],
  ]);
});

it('a line that ends in the escape character goes on, over comments and empty lines', () => {
  expect(instructionsOf('RUN a \\', '  # USER x', '', ' && b \\  ', ' && c', 'USER app')).toEqual([
    ['RUN', 'a  && b  && c', '1-5'],
    ['USER', 'app', '6-6'],
  ]);
  expect(instructionsOf('\\', 'USER \\', 'app')).toEqual([['USER', 'app', '1-3']]);
  expect(instructionsOf('RUN echo \\\\', 'USER app')).toEqual([
    ['RUN', 'echo \\\\', '1-1'],
    ['USER', 'app', '2-2'],
  ]);
  expect(instructionsOf('RUN a \\', '# to the end', '')).toEqual([['RUN', 'a', '1-3']]);
});

it.each([
  ['the directive', ['# escape=`'], true],
  ['the directive after another', ['# syntax=docker/dockerfile:1', '#ESCAPE = ` '], true],
  ['the directive after a comment', ['# a comment', '# escape=`'], false],
  ['the directive after an empty line', ['', '# escape=`'], false],
  ['the directive of the usual one', ['# escape=\\'], false],
])('%s says which the escape character is', (_what, head, isBacktick) => {
  const keywords = (...lines: readonly string[]): readonly string[] =>
    dockerfileInstructions([...head, ...lines]).map(({ keyword }) => keyword);
  expect(keywords('RUN a `', 'USER app')).toEqual(isBacktick ? ['RUN'] : ['RUN', 'USER']);
  expect(keywords('RUN a \\', 'USER app')).toEqual(isBacktick ? ['RUN', 'USER'] : ['RUN']);
});

describe('the body of a heredoc is no instruction', () => {
  it.each([
    ['of COPY', ['COPY <<EOF /etc/nginx/nginx.conf', 'user nginx;', 'EOF']],
    ['of ADD', ['ADD <<EOF /x', 'USER y', 'EOF']],
    ['of RUN', ['RUN <<EOF', 'USER y', 'EOF']],
    ['of ONBUILD RUN', ['ONBUILD RUN <<EOF', 'USER y', 'EOF']],
    ['with a quoted name', [`RUN <<'EOF'`, 'USER y', 'EOF']],
    ['with a name in double quotes', ['RUN <<"E F"', 'USER y', 'E F']],
    ['with tabs before its end', ['RUN <<-EOF', 'EOF ', '\t\tEOF']],
    ['without tabs before its end', ['RUN <<EOF', '\tEOF', 'EOF']],
    ['with a descriptor', ['RUN cat 3<<EOF', 'USER y', 'EOF']],
    ['with a space before its name', ['RUN cat << EOF > /x', 'USER y', 'EOF']],
    ['after a line that goes on', ['RUN cat \\', '# why', ' <<EOF > /x', 'USER y \\', 'EOF']],
    ['that looks like a comment', ['RUN <<EOF', '# golden-images: patch', 'EOF']],
    ['of two', ['COPY <<X <<-Y /dest/', 'Y', 'X', 'X', 'USER z', '\tY']],
  ])('%s', (_what, lines) => {
    expect(instructionsOf(...lines, 'USER app').map(([keyword, , at]) => [keyword, at])).toEqual([
      [lines[0]?.split(' ')[0], `1-${lines.length}`],
      ['USER', `${lines.length + 1}-${lines.length + 1}`],
    ]);
  });

  it.each([
    'RUN echo "<<EOF"',
    `RUN sh -c 'cat <<EOF'`,
    'RUN ["cat", "<<EOF"]',
    'RUN cat <<<EOF',
    'RUN cat<<EOF',
    `RUN echo it's <<EOF`,
    'ENV A=<<EOF',
    'ONBUILD ENV A <<EOF',
    'RUN cat <<',
  ])('%s has none', (line) => {
    expect(instructionsOf(line, 'USER app').map(([keyword]) => keyword)).toEqual([line.split(' ')[0], 'USER']);
  });

  it('of one that does not end: all that follows', () => {
    expect(instructionsOf('RUN <<EOF', 'USER y', 'EOF2')).toEqual([['RUN', '<<EOF', '1-3']]);
  });
});
