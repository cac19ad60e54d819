/** Where the data come from, and what may be done with them. */
export const Foot = () => (
  <footer class="foot">
    <p>
      The bundled data are MovieLens latest-small by GroupLens Research, University of Minnesota: for research, not for
      commercial use, and without any endorsement of this page by them. F. Maxwell Harper and Joseph A. Konstan. 2015.{' '}
      <cite>The MovieLens Datasets: History and Context.</cite> ACM TiiS 5, 4, Article 19.{' '}
      <a href="https://doi.org/10.1145/2827872">doi.org/10.1145/2827872</a>
    </p>
    <p>
      <a href="/openapi.json">API</a> <a href="/metrics">Metrics</a>
    </p>
  </footer>
);
