package io.millrace.cli.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class AdmissionTest {
  private final Admission admission = new Admission(2);

  @Test
  void whoeverIsTooManyHasToGo() {
    assertEquals(List.of(), admission.surplus(List.of("0")));
    assertEquals(List.of("2"), admission.surplus(List.of("0", "1", "2")));
  }

  @Test
  void oneInPlaceOfALostOneMayStay() {
    assertEquals(List.of(), admission.surplus(List.of("0", "1")));
    assertEquals(List.of(), admission.surplus(List.of("1", "2")));
    assertEquals(List.of("3"), admission.surplus(List.of("3", "2", "1")));
  }

  @Test
  void oneThatIsStillOnItsWayOutTakesNobodysPlace() {
    assertEquals(List.of("2"), admission.surplus(List.of("0", "1", "2")));
    assertEquals(List.of("2"), admission.surplus(List.of("0", "2")));
    assertEquals(List.of("2"), admission.surplus(List.of("2", "0", "3")));
    assertEquals(List.of("4"), admission.surplus(List.of("0", "3", "4")));
  }
}
